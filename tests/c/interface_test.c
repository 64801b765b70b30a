/* Every function of inkling.h, from C99, with what may go wrong. Runs in the folder of the project. */

#include <inkling.h>

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures = 0;

#define CHECK(condition)                                                                             \
  do {                                                                                               \
    if (!(condition)) {                                                                              \
      printf("%s:%d: %s (last error: %s)\n", __FILE__, __LINE__, #condition, inkling_last_error()); \
      ++failures;                                                                                    \
    }                                                                                                \
  } while (0)

static unsigned char* file_bytes(const char* path, size_t* size) {
  FILE* const file = fopen(path, "rb");
  unsigned char* bytes = NULL;
  if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
    printf("cannot read %s\n", path);
    exit(1);
  }
  *size = (size_t)ftell(file);
  rewind(file);
  bytes = malloc(*size);
  if (bytes == NULL || fread(bytes, 1, *size, file) != *size) exit(1);
  fclose(file);
  return bytes;
}

static inkling_picture* decoded(const char* path) {
  size_t size = 0;
  unsigned char* const bytes = file_bytes(path, &size);
  inkling_picture* picture = NULL;
  CHECK(inkling_decode(bytes, size, &picture) == INKLING_OK);
  CHECK(picture != NULL && picture->width > 0 && picture->height > 0 && picture->stride >= picture->width);
  inkling_picture* half = NULL;
  CHECK(inkling_decode(bytes, size / 2, &half) == INKLING_BAD_FORMAT);
  CHECK(half == NULL);
  free(bytes);
  return picture;
}

static inkling_model* loaded(void) {
  size_t size = 0;
  unsigned char* const bytes = file_bytes("models/svm.safetensors", &size);
  inkling_model* model = NULL;
  inkling_model* same = NULL;
  CHECK(inkling_load("models/svm.safetensors", &model) == INKLING_OK);
  CHECK(inkling_load_bytes(bytes, size, &same) == INKLING_OK);
  CHECK(inkling_class_count(model) == 47 && inkling_class_count(same) == 47);
  CHECK(strcmp(inkling_class_name(model, 7), "7") == 0 && strcmp(inkling_class_name(same, 10), "A") == 0);
  CHECK(inkling_class_name(model, 47) == NULL && inkling_class_name(NULL, 0) == NULL);
  CHECK(inkling_class_count(NULL) == 0);
  inkling_model_free(same);

  inkling_model* none = NULL;
  bytes[size - 1] ^= 0x40; /* of a number */
  CHECK(inkling_load_bytes(bytes, size, &none) == INKLING_BAD_FORMAT);
  CHECK(inkling_load_bytes(bytes, 5, &none) == INKLING_BAD_FORMAT);
  CHECK(inkling_load("models/none.safetensors", &none) == INKLING_BAD_FILE);
  CHECK(strstr(inkling_last_error(), "none.safetensors") != NULL);
  CHECK(inkling_load(NULL, &none) == INKLING_BAD_ARGUMENT && inkling_load("models/svm.safetensors", NULL) == INKLING_BAD_ARGUMENT);
  CHECK(none == NULL);
  free(bytes);
  return model;
}

static void check_character(const inkling_model* model, const inkling_picture* seven) {
  inkling_reading* reading = NULL;
  CHECK(inkling_read_character(model, seven, NULL, &reading) == INKLING_OK);
  if (reading == NULL) return;
  CHECK(strcmp(reading->text, "7") == 0 && reading->character_count == 1);
  const inkling_character* const character = &reading->characters[0];
  CHECK(strcmp(character->label, "7") == 0 && character->candidate_count == 5);
  CHECK(character->x == 0 && character->y == 0 && character->width == (double)seven->width);
  CHECK(character->confidence == character->candidates[0].probability && character->confidence > 0.5);
  double sum = 0;
  for (size_t i = 0; i < character->candidate_count; ++i) {
    const inkling_candidate* const candidate = &character->candidates[i];
    CHECK(i == 0 || candidate->probability <= character->candidates[i - 1].probability);
    CHECK(candidate->class_index >= 0 && candidate->class_index < 47 && strlen(candidate->label) == 1);
    sum += candidate->probability;
  }
  CHECK(sum > 0.5 && sum < 1.0001);
  inkling_free(reading);

  /* The same picture with bytes between its rows. */
  const size_t stride = seven->width + 13;
  uint8_t* const wide = calloc(seven->height, stride);
  for (size_t y = 0; y < seven->height; ++y) memcpy(wide + y * stride, seven->pixels + y * seven->stride, seven->width);
  const inkling_picture apart = {seven->width, seven->height, stride, wide};
  const inkling_options letters = {sizeof letters, "upper", NULL, "uniform", 2, 0};
  CHECK(inkling_read_character(model, &apart, &letters, &reading) == INKLING_OK);
  CHECK(reading->characters[0].candidate_count == 2);
  CHECK(reading->text[0] >= 'A' && reading->text[0] <= 'Z');
  inkling_free(reading);

  /* A program that was built when inkling_options ended after the charset. */
  inkling_options older = {offsetof(inkling_options, pattern), "upper", "[", "nonsense", 7, 0};
  CHECK(inkling_read_character(model, &apart, &older, &reading) == INKLING_OK);
  CHECK(reading->characters[0].candidate_count == 5);
  inkling_free(reading);
  free(wide);
}

static void check_refusals(const inkling_model* model, const inkling_picture* seven) {
  static const uint8_t blank[40 * 40] = {0};
  inkling_reading* reading = NULL;
  const inkling_picture paper = {40, 40, 40, blank};
  CHECK(inkling_read_character(model, &paper, NULL, &reading) == INKLING_NO_INK);
  const inkling_picture empty = {0, 40, 40, blank};
  CHECK(inkling_read_character(model, &empty, NULL, &reading) == INKLING_BAD_ARGUMENT);
  const inkling_picture narrow = {40, 40, 39, blank};
  CHECK(inkling_read_character(model, &narrow, NULL, &reading) == INKLING_BAD_ARGUMENT);
  const inkling_picture huge = {(size_t)-1, (size_t)-1, (size_t)-1, blank};
  CHECK(inkling_read_field(model, &huge, NULL, &reading) == INKLING_BAD_ARGUMENT);
  const inkling_picture nothing = {40, 40, 40, NULL};
  CHECK(inkling_read_field(model, &nothing, NULL, &reading) == INKLING_BAD_ARGUMENT);
  inkling_options options = {sizeof options, NULL, NULL, NULL, 0, 0};
  options.charset = "seven";
  CHECK(inkling_read_character(model, seven, &options, &reading) == INKLING_BAD_ARGUMENT);
  options.charset = NULL;
  options.prior = "flat";
  CHECK(inkling_read_character(model, seven, &options, &reading) == INKLING_BAD_ARGUMENT);
  options.prior = NULL;
  options.pattern = "[";
  CHECK(inkling_read_field(model, seven, &options, &reading) == INKLING_BAD_ARGUMENT);
  options.pattern = NULL;
  options.size = sizeof options + 8;
  CHECK(inkling_read_field(model, seven, &options, &reading) == INKLING_BAD_ARGUMENT);
  CHECK(strstr(inkling_last_error(), "inkling_options") != NULL);
  CHECK(inkling_read_field(NULL, seven, NULL, &reading) == INKLING_BAD_ARGUMENT);
  CHECK(inkling_read_field(model, NULL, NULL, &reading) == INKLING_BAD_ARGUMENT);
  CHECK(inkling_read_field(model, seven, NULL, NULL) == INKLING_BAD_ARGUMENT);
  CHECK(reading == NULL);
}

static void check_field(const inkling_model* model, const inkling_picture* seven) {
  /* 7 and 7, side by side. */
  const size_t width = 2 * seven->width;
  uint8_t* const pixels = malloc(width * seven->height);
  for (size_t y = 0; y < seven->height; ++y) {
    memcpy(pixels + y * width, seven->pixels + y * seven->stride, seven->width);
    memcpy(pixels + y * width + seven->width, seven->pixels + y * seven->stride, seven->width);
  }
  const inkling_picture line = {width, seven->height, width, pixels};
  inkling_reading* reading = NULL;
  const inkling_options digits = {sizeof digits, NULL, "##", NULL, 3, 2};
  CHECK(inkling_read_field(model, &line, &digits, &reading) == INKLING_OK);
  CHECK(strcmp(reading->text, "77") == 0 && reading->character_count == 2);
  CHECK(reading->characters[0].x < reading->characters[1].x && reading->characters[1].x >= (double)seven->width);
  CHECK(reading->characters[1].candidate_count <= 3);
  inkling_free(reading);
  free(pixels);
}

static void check_form(inkling_model* model) {
  inkling_form* form = NULL;
  inkling_form* none = NULL;
  CHECK(inkling_form_load("examples/forms/none.json", model, &none) == INKLING_BAD_FILE);
  CHECK(inkling_form_load("examples/forms/truth.csv", model, &none) == INKLING_BAD_FORMAT);
  CHECK(none == NULL);
  CHECK(inkling_form_load("examples/forms/form.json", model, &form) == INKLING_OK);
  inkling_model_free(model); /* the form goes on */
  inkling_picture* const page = decoded("examples/forms/filled-1.png");
  char* json = NULL;
  CHECK(inkling_read_form_page(form, page, &json) == INKLING_OK);
  CHECK(json != NULL && json[0] == '{' && strstr(json, "\"village-vote\"") != NULL && strstr(json, "\"votes03\"") != NULL);
  inkling_free(json);
  json = NULL;
  CHECK(inkling_read_form_page(NULL, page, &json) == INKLING_BAD_ARGUMENT && json == NULL);
  inkling_free(page);
  inkling_form_free(form);
}

int main(void) {
  CHECK(strchr(inkling_version(), '.') != NULL);
  CHECK(strcmp(inkling_last_error(), "") == 0);
  inkling_model* const model = loaded();
  inkling_picture* const seven = decoded("examples/images/seven.png");
  check_character(model, seven);
  check_refusals(model, seven);
  check_field(model, seven);
  inkling_free(seven);
  check_form(model);
  inkling_free(NULL);
  inkling_model_free(NULL);
  inkling_form_free(NULL);
  printf("%d failed\n", failures);
  return failures == 0 ? 0 : 1;
}
