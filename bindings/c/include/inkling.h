/* Inkling reads handwriting: its interface for C, and for whatever calls C.
 *
 *     inkling_model* model;
 *     if (inkling_load("cnn.safetensors", &model) != INKLING_OK) puts(inkling_last_error());
 *
 * Rules:
 *   - A function that can fail returns INKLING_OK or what went wrong; inkling_last_error() then says it in words.
 *     What it was to write is left untouched. No exception leaves the library.
 *   - What a function writes through a pointer to a pointer is the caller's: models go back with inkling_model_free,
 *     forms with inkling_form_free, everything else with inkling_free, as a whole. NULL may be freed. What is passed
 *     in is only looked at during the call.
 *   - One model or form may be used from many threads at once.
 *   - Text is UTF-8 and ends with 0.
 *
 * The ABI is stable for one SONAME: functions and struct members are never taken away or moved. */
#ifndef INKLING_H
#define INKLING_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define INKLING_API __attribute__((visibility("default")))
#else
#define INKLING_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

enum {
  INKLING_OK = 0,
  INKLING_BAD_ARGUMENT = 1, /* a NULL, a size, a charset, a pattern … that cannot be */
  INKLING_BAD_FORMAT = 2,   /* bytes that are not what they should be: a model, a picture, a form.json */
  INKLING_BAD_FILE = 3,     /* the operating system refused to open or read it */
  INKLING_NO_INK = 4,       /* nothing is written on the picture */
  INKLING_NO_MEMORY = 5,
  INKLING_FAILED = 6 /* anything else */
};

typedef struct inkling_model inkling_model;
typedef struct inkling_form inkling_form;

/* A grey picture: row by row from the top, 0 is black and 255 white, ink dark or light. */
typedef struct inkling_picture {
  size_t width;  /* pixels */
  size_t height; /* pixels */
  size_t stride; /* bytes from one row to the next, at least width */
  const uint8_t* pixels;
} inkling_picture;

/* How to read. Zeros are what suits; options may be NULL. */
typedef struct inkling_options {
  size_t size;         /* sizeof(inkling_options), so that the library knows which members the program knows */
  const char* charset; /* what characters may be: "digits", "upper", "lower", "letters", "0-9A-F"; NULL: all */
  const char* pattern; /* of a field, such as "##/##/####"; NULL: any characters */
  const char* prior;   /* how frequent classes are: "natural", "tempered", "uniform"; NULL: what suits */
  size_t candidates;   /* of each character at most; 0: 5 */
  int threads;         /* of a field; 0: one */
} inkling_options;

typedef struct inkling_candidate {
  const char* label;
  double probability;
  int32_t class_index; /* of the model */
} inkling_candidate;

typedef struct inkling_character {
  const char* label;          /* the most probable */
  double confidence;          /* its probability */
  double x, y, width, height; /* in pixels of the picture, from its top left corner */
  size_t candidate_count;
  const inkling_candidate* candidates; /* the most probable first */
} inkling_character;

typedef struct inkling_reading {
  const char* text; /* the label of a character; the text of a field */
  size_t character_count;
  const inkling_character* characters; /* from left to right */
} inkling_reading;

/* "0.1.0" */
INKLING_API const char* inkling_version(void);

/* What went wrong in this thread's last call that failed; "" before that. Valid until its next call that fails. */
INKLING_API const char* inkling_last_error(void);

/* A model from a file, or from the bytes of one. */
INKLING_API int inkling_load(const char* path, inkling_model** model);
INKLING_API int inkling_load_bytes(const void* bytes, size_t size, inkling_model** model);
INKLING_API void inkling_model_free(inkling_model* model);

/* The classes of a model; 0 and NULL for a NULL. A name lives as long as its model; NULL: there are not so many. */
INKLING_API size_t inkling_class_count(const inkling_model* model);
INKLING_API const char* inkling_class_name(const inkling_model* model, size_t index);

/* A picture from the bytes of a PNG, JPEG, WebP or TIFF file, upright and grey. The pixels go with the picture. More
 * than 62,914,560 of them, and what would take more than 400 MB to decode, are refused as INKLING_BAD_FORMAT. */
INKLING_API int inkling_decode(const void* bytes, size_t size, inkling_picture** picture);

/* Reads a picture of one character. The reading has one character, and its box is the whole picture. */
INKLING_API int inkling_read_character(const inkling_model* model, const inkling_picture* picture,
                                       const inkling_options* options, inkling_reading** reading);

/* Reads a picture of one line of characters. */
INKLING_API int inkling_read_field(const inkling_model* model, const inkling_picture* picture,
                                   const inkling_options* options, inkling_reading** reading);

/* A form from its form.json and the picture beside it. The model may be freed before the form. */
INKLING_API int inkling_form_load(const char* path, const inkling_model* model, inkling_form** form);
INKLING_API void inkling_form_free(inkling_form* form);

/* Reads a scanned or photographed page of the form: one line of JSON, as docs/forms.md describes it. A page that does
 * not fit is a reading, too, with the status "refused". */
INKLING_API int inkling_read_form_page(const inkling_form* form, const inkling_picture* page, char** json);

/* Gives a reading, a picture or a text back. */
INKLING_API void inkling_free(void* result);

#ifdef __cplusplus
}
#endif

#endif
