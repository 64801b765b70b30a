#pragma once

#include <inkling/form/template.hpp>
#include <inkling/picture/grey_image.hpp>

/// The picture of a template's page. Throws inkling::FileError when it names none, or one that cannot be read,
/// and inkling::FormatError when the picture has another shape than the page.
inkling::GreyImage template_picture(const inkling::form::FormTemplate& form);
