#include "json/writer.h"

#include "json/escape.h"

namespace towline::json {

void Object::key(std::string_view name) {
    text_ += text_.empty() ? '{' : ',';
    append_quoted(text_, name, false);
    text_ += ':';
}
Object& Object::raw(std::string_view name, std::string_view json_text) {
    key(name);
    text_ += json_text;
    return *this;
}
Object& Object::str(std::string_view name, std::string_view value) {
    key(name);
    append_quoted(text_, value, false);
    return *this;
}
Object& Object::maybe(std::string_view name, const std::optional<std::string>& value) {
    return value ? str(name, *value) : *this;
}
Object& Object::num(std::string_view name, std::int64_t value) { return raw(name, std::to_string(value)); }
Object& Object::maybe_num(std::string_view name, const std::optional<std::int64_t>& value) {
    return value ? num(name, *value) : *this;
}
Object& Object::real(std::string_view name, double value) { return raw(name, number(value)); }
Object& Object::maybe_real(std::string_view name, const std::optional<double>& value) {
    return value ? real(name, *value) : *this;
}
Object& Object::flag(std::string_view name, bool value) { return raw(name, value ? "true" : "false"); }
Object& Object::maybe_flag(std::string_view name, const std::optional<bool>& value) {
    return value ? flag(name, *value) : *this;
}
Object& Object::null(std::string_view name) { return raw(name, "null"); }
Object& Object::strings(std::string_view name, const std::vector<std::string>& value) {
    Array array;
    for (const std::string& item : value) array.str(item);
    return list(name, array);
}
Object& Object::dict(std::string_view name, const std::map<std::string, std::string>& value) {
    Object object;
    for (const auto& [item_key, item] : value) object.str(item_key, item);
    return sub(name, object);
}
Object& Object::sub(std::string_view name, const Object& value) { return raw(name, value.dump()); }
Object& Object::list(std::string_view name, const Array& value) { return raw(name, value.dump()); }
std::string Object::dump() const { return text_.empty() ? "{}" : text_ + "}"; }

void Array::comma() { text_ += text_.empty() ? '[' : ','; }
Array& Array::raw(std::string_view json_text) {
    comma();
    text_ += json_text;
    return *this;
}
Array& Array::str(std::string_view value) {
    comma();
    append_quoted(text_, value, false);
    return *this;
}
Array& Array::num(std::int64_t value) { return raw(std::to_string(value)); }
Array& Array::real(double value) { return raw(number(value)); }
Array& Array::flag(bool value) { return raw(value ? "true" : "false"); }
Array& Array::null() { return raw("null"); }
Array& Array::sub(const Object& value) { return raw(value.dump()); }
std::string Array::dump() const { return text_.empty() ? "[]" : text_ + "]"; }

}  // namespace towline::json
