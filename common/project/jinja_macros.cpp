// The macros folder: `{% macro %}` definitions by name, and what a node refers to of them.

#include <algorithm>

#include "base/strings.h"
#include "jinja/template.h"
#include "project/jinja_blocks.h"
#include "sql/lexer.h"

namespace towline::project {
namespace {

const std::vector<std::string> kVariableReaders{"var", "blueprint_var"};

/// Names that a text calls on their own, and the variables it reads; nothing if it is no readable template.
struct Names {
    std::set<std::string> calls;
    std::set<std::string> variables;
};
Names names_of(const jinja::Template& source) {
    Names out;
    const jinja::References found = jinja::references_of(source, kVariableReaders);
    out.variables.insert(found.variables.begin(), found.variables.end());
    for (const jinja::CallName& call : found.calls) {
        if (call.path[0] == "gateway")
            out.variables.insert("gateway");
        else if (call.path.size() == 1)
            out.calls.insert(call.path[0]);
    }
    return out;
}

/// SQLMesh finds definitions among the tokens of SQL, so that quotes and comments hide them.
class DefinitionFinder {
 public:
    explicit DefinitionFinder(const sql::TokenList& tokens) : tokens_(tokens), text_(tokens.text()) {}

    /// The next definition from token `at` on; false if there is none. An unclosed one ends at the end of the text.
    bool next(std::size_t& at) {
        for (; at < tokens_.size(); ++at) {
            if (!is_tag(at, "MACRO") || at + 1 >= tokens_.size()) continue;
            name = std::string(tokens_.text_of(at + 1));
            begin = tag_start(at);
            while (at < tokens_.size() && !is_tag(at, "ENDMACRO")) ++at;
            const std::size_t close =
                at < tokens_.size() ? text_.find("%}", tokens_[at].span.end) : std::string_view::npos;
            closed = close != std::string_view::npos;
            end = closed ? close + 2 : text_.size();
            return true;
        }
        return false;
    }

    std::string name;
    std::size_t begin = 0;
    std::size_t end = 0;
    bool closed = false;

 private:
    /// Where the `{%` directly before the token stands, npos if there is none.
    std::size_t tag_start(std::size_t index) const {
        std::size_t at = tokens_[index].span.begin;
        while (at > 0 && std::isspace(static_cast<unsigned char>(text_[at - 1])) != 0) --at;
        if (at > 0 && (text_[at - 1] == '-' || text_[at - 1] == '+')) --at;
        return at >= 2 && text_.substr(at - 2, 2) == "{%" ? at - 2 : std::string_view::npos;
    }
    bool is_tag(std::size_t index, std::string_view word) const {
        return tokens_.is_word(index, word) && tag_start(index) != std::string_view::npos;
    }

    const sql::TokenList& tokens_;
    std::string_view text_;
};

}  // namespace

void JinjaMacros::add(const SourceFile& file, sql::Dialect dialect, FaultList& faults) {
    const sql::TokenList tokens(file.text(), dialect);
    if (Status status = tokens.check(); !status) return faults.add(file, 0, status.error());
    DefinitionFinder finder(tokens);
    for (std::size_t at = 0; finder.next(at);) {
        if (!finder.closed) {
            faults.add(file, finder.begin, ErrorCode::invalid,
                       "The Jinja macro '" + finder.name + "' has no endmacro.");
            continue;
        }
        define(file, finder.begin, finder.end, finder.name, faults);
    }
}

void JinjaMacros::define(const SourceFile& file, std::size_t begin, std::size_t end, std::string name,
                         FaultList& faults) {
    Macro macro;
    macro.definition = file.text().substr(begin, end - begin);
    auto source = jinja::Template::parse(macro.definition);
    if (!source) return faults.add(file, begin, source.error());
    Names names = names_of(*source);
    macro.calls = std::move(names.calls);
    macro.variables = std::move(names.variables);
    macros_.insert_or_assign(std::move(name), std::move(macro));
}

JinjaMacros::References JinjaMacros::references(const std::vector<std::string>& texts) const {
    References out;
    std::vector<std::string> wanted;
    const auto want = [&](const std::set<std::string>& names) {
        wanted.insert(wanted.end(), names.begin(), names.end());
    };
    for (const std::string& text : texts) {
        if (text.find("{{") == std::string::npos && text.find("{%") == std::string::npos) continue;
        const auto source = jinja::Template::parse(text);
        if (!source) continue;
        const Names names = names_of(*source);
        want(names.calls);
        out.variables.insert(names.variables.begin(), names.variables.end());
    }
    while (!wanted.empty()) {
        const std::string name = std::move(wanted.back());
        wanted.pop_back();
        const auto found = macros_.find(name);
        if (found == macros_.end() || !out.macros.emplace(name, found->second.definition).second) continue;
        want(found->second.calls);
        out.variables.insert(found->second.variables.begin(), found->second.variables.end());
    }
    return out;
}

}  // namespace towline::project
