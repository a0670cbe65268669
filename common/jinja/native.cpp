#include "jinja/native.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/strings.h"
#include "jinja/limits.h"

namespace towline::jinja {

Result<std::int64_t> Slots::integer(std::size_t i, std::int64_t otherwise) const {
    if (!given(i)) return otherwise;
    const auto value = named_[i]->as_integer();
    if (!value)
        return fail(ErrorCode::invalid, "'" + named_[i]->type_name() + "' object cannot be interpreted as an integer");
    return *value;
}

Result<std::string> Slots::text(std::size_t i, std::string_view otherwise) const {
    if (!given(i)) return std::string(otherwise);
    if (const Undefined* undefined = named_[i]->as_undefined()) return fail(ErrorCode::invalid, undefined->message);
    const std::string* value = named_[i]->as_text();
    if (!value) return fail(ErrorCode::invalid, "expected a text, got '" + named_[i]->type_name() + "'");
    return *value;
}

Result<Value> call_native(Rendering& rendering, const Native& row, const Value& self, const Arguments& arguments) {
    if (row.variadic) return row.function(rendering, self, Slots(arguments, {}));
    const std::string name(row.name);
    std::size_t count = 0;
    while (count < row.parameters.size() && !row.parameters[count].empty()) ++count;
    if (arguments.positional.size() > count)
        return fail(ErrorCode::invalid, name + "() takes at most " + std::to_string(count) + " arguments (" +
                                            std::to_string(arguments.positional.size()) + " given)");
    std::vector<std::optional<Value>> slots(count);
    for (std::size_t i = 0; i < arguments.positional.size(); ++i) slots[i] = arguments.positional[i];
    for (const auto& [key, value] : arguments.named) {
        std::size_t place = 0;
        while (place < count && row.parameters[place] != key) ++place;
        if (place == count)
            return fail(ErrorCode::invalid, name + "() got an unexpected keyword argument '" + key + "'");
        if (slots[place]) return fail(ErrorCode::invalid, name + "() got multiple values for argument '" + key + "'");
        slots[place] = value;
    }
    for (std::size_t i = 0; i < row.required; ++i)
        if (!slots[i])
            return fail(ErrorCode::invalid,
                        name + "() missing a required argument: '" + std::string(row.parameters[i]) + "'");
    return row.function(rendering, self, Slots(arguments, std::move(slots)));
}

const Native* find_native(std::span<const Native> rows, std::string_view name) {
    const auto found = std::find_if(rows.begin(), rows.end(), [&](const Native& row) { return row.name == name; });
    return found == rows.end() ? nullptr : &*found;
}

Status check_size(std::size_t bytes) {
    if (bytes > kTextBytesMax) return fail(ErrorCode::too_large, "The text is too large.");
    return {};
}

Result<std::string> joined(const std::vector<Value>& items, std::string_view separator) {
    std::string out;
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (i > 0) out += separator;
        TRY(const std::string text, to_text(items[i]));
        out += text;
        TRY_STATUS(check_size(out.size()));
    }
    return out;
}

Result<std::string> replaced(const std::string& text, const std::string& from, const std::string& to,
                             std::int64_t limit) {
    std::string out;
    std::size_t at = 0;
    std::int64_t count = 0;
    while (limit < 0 || count < limit) {
        // Python puts the new text before every character, and at the end, where the old one is empty.
        const std::size_t found = from.empty() ? at : text.find(from, at);
        if (found == std::string::npos || found > text.size()) break;
        out += std::string_view(text).substr(at, found - at);
        out += to;
        ++count;
        at = found + from.size();
        if (from.empty()) {
            if (at == text.size()) return out;
            out += text[at++];
            while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) out += text[at++];
        }
        TRY_STATUS(check_size(out.size()));
    }
    if (at < text.size()) out += std::string_view(text).substr(at);
    TRY_STATUS(check_size(out.size()));
    return out;
}

double rounded(double value, std::int64_t digits) {
    if (!std::isfinite(value) || digits > 300) return value;
    if (digits < -300) return 0;
    if (digits <= 0) {
        const double unit = std::pow(10.0, static_cast<double>(-digits));
        const double scaled = value / unit;
        double whole = std::nearbyint(scaled);
        return whole * unit;
    }
    // The decimal text is exact, so half cases are decided as Python decides them.
    char buffer[700];
    std::snprintf(buffer, sizeof buffer, "%.*f", static_cast<int>(digits), value);
    return parse_double(buffer).value_or(value);
}

Result<std::vector<Value>> sorted(Heap& heap, std::vector<Value> items, const std::vector<Value>& keys, bool reverse) {
    std::vector<std::size_t> order(items.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::optional<Error> error;
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        if (error) return false;
        const auto result = reverse ? compare(heap, keys[b], keys[a]) : compare(heap, keys[a], keys[b]);
        if (!result) error = result.error();
        return result && *result < 0;
    });
    if (error) return fail(*error);
    std::vector<Value> out;
    out.reserve(items.size());
    for (const std::size_t i : order) out.push_back(std::move(items[i]));
    return out;
}

}  // namespace towline::jinja
