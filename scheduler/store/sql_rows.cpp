#include <algorithm>

#include "base/assert.h"
#include "store/sql_database.h"

namespace towline::store {

SqlValue sql_maybe(const std::optional<std::string>& text) { return text ? SqlValue(*text) : SqlValue(); }
SqlValue sql_maybe(const std::optional<std::int64_t>& number) { return number ? SqlValue(*number) : SqlValue(); }

const SqlValue& SqlRow::cell(std::string_view column) const {
    const auto found = std::find(rows_->columns_.begin(), rows_->columns_.end(), column);
    TOWLINE_ASSERT(found != rows_->columns_.end());
    return rows_->cells_[first_ + static_cast<std::size_t>(found - rows_->columns_.begin())];
}

std::optional<std::string> SqlRow::maybe_text(std::string_view column) const {
    const auto* text = std::get_if<std::string>(&cell(column));
    return text ? std::optional(*text) : std::nullopt;
}

std::optional<std::int64_t> SqlRow::maybe_num(std::string_view column) const {
    const auto* number = std::get_if<std::int64_t>(&cell(column));
    return number ? std::optional(*number) : std::nullopt;
}

std::string SqlRow::text(std::string_view column) const { return maybe_text(column).value_or(std::string()); }
std::int64_t SqlRow::num(std::string_view column) const { return maybe_num(column).value_or(0); }

}  // namespace towline::store
