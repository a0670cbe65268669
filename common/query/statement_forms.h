#pragma once
// Internal to the module: the statements whose printed form is known, as data.

#include <span>
#include <string_view>

#include "sql/dialect.h"

namespace towline::query {

/// How one statement is written, and at once how it is printed: one space between all, words in upper case.
///
///   WORD      the word             +WORD     printed even if it was not written
///   A>B       A, printed as B      ( ) = ,   the symbol
///   [ … ]     may be missing       { A | B } one of these words
///   ~         no space before what follows
///   <table>   a name of one to three parts      <name>      one name          <word>   a word, printed as written
///   <value>   an expression                     <values>    a list of them    <keys>   (a DESC, b)
///   <query>   a query, to the end               <type>      a data type       <names>  (a, b)
///   <alias>   t or AS t, printed AS t               <sources> what FROM holds            <conflict>  ON CONFLICT …
///   <whens>   the branches of a MERGE               <options> (FORMAT csv, HEADER)
///   <column>  a INT
///   <columns> (a INT, b TEXT)                   <rights>  SELECT, INSERT   <string>  a text   <roles>  ROLE a, b
struct Form {
    std::string_view pattern;
    std::string_view except;  ///< Dialects that print something else, by name, with a space behind each.
};

std::span<const Form> statement_forms();
/// True for a word, in upper case, behind which the dialect keeps everything as it is written.
bool is_command(std::string_view word, sql::Dialect dialect);

}  // namespace towline::query
