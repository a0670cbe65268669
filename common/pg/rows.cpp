#include "pg/rows.h"

#include <libpq-fe.h>

#include "base/assert.h"
#include "base/strings.h"

namespace towline::pg {

void Rows::Clear::operator()(pg_result* result) const { PQclear(result); }

Rows::Rows(pg_result* result) : result_(result) {}

int Rows::size() const { return PQntuples(result_.get()); }
int Rows::columns() const { return PQnfields(result_.get()); }

std::string_view Rows::column_name(int column) const {
    TOWLINE_ASSERT(column >= 0 && column < columns());
    return PQfname(result_.get(), column);
}

std::uint32_t Rows::column_type(int column) const {
    TOWLINE_ASSERT(column >= 0 && column < columns());
    return PQftype(result_.get(), column);
}

std::optional<int> Rows::find(std::string_view column_name) const {
    for (int i = 0; i < columns(); ++i) {
        if (this->column_name(i) == column_name) return i;
    }
    return std::nullopt;
}

std::optional<std::string_view> Rows::cell(int row, int column) const {
    TOWLINE_ASSERT(row >= 0 && row < size() && column >= 0 && column < columns());
    if (PQgetisnull(result_.get(), row, column) != 0) return std::nullopt;
    const int length = PQgetlength(result_.get(), row, column);
    return std::string_view(PQgetvalue(result_.get(), row, column), static_cast<std::size_t>(length));
}

std::string Rows::text(int row, int column) const { return std::string(cell(row, column).value_or("")); }

std::optional<std::int64_t> Rows::integer(int row, int column) const {
    const auto value = cell(row, column);
    return value ? parse_int(*value) : std::nullopt;
}

bool Rows::boolean(int row, int column) const { return cell(row, column) == std::string_view("t"); }

std::int64_t Rows::affected() const { return result_ ? parse_int(PQcmdTuples(result_.get())).value_or(0) : 0; }

}  // namespace towline::pg
