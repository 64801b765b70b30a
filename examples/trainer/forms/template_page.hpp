#pragma once

#include <inkling/form/read_page.hpp>

/// A template with the pictures that it names: its page, or the print alone where that was learnt, and a corner marker.
/// A template of bubbles needs no page: those are found by its frame. Throws inkling::FileError for a picture that
/// cannot be read and for a template that needs one and has none, inkling::FormatError for a page of another size.
inkling::form::TemplatePage template_page(const inkling::form::FormTemplate& form);
