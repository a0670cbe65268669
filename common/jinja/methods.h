#pragma once
// The tables of methods by type. Private to common/jinja.

#include "jinja/native.h"

namespace towline::jinja {

std::span<const Native> text_methods();
std::span<const Native> list_methods();
std::span<const Native> tuple_methods();
std::span<const Native> dict_methods();

}  // namespace towline::jinja
