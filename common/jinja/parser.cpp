#include "jinja/parser.h"

#include <algorithm>
#include <array>
#include <utility>

#include "jinja/limits.h"

namespace towline::jinja {
namespace {

/// Tags that need other templates, or that change what text is; nobody writes SQL with them.
constexpr std::array<std::string_view, 4> kRefusedTags{"block", "trans", "autoescape", "debug"};
/// Statements that load other templates: refused where they run.
constexpr std::array<std::string_view, 4> kLoadingTags{"extends", "include", "import", "from"};

class TemplateParser {
 public:
    TemplateParser(std::string_view source, std::vector<Token> tokens)
        : cursor_(source, std::move(tokens)), expressions_(cursor_) {}

    Result<std::vector<Stmt>> run() {
        TRY(auto body, statements({}));
        return body;
    }

 private:
    using Names = std::initializer_list<std::string_view>;
    using Rule = Result<Stmt> (TemplateParser::*)();
    struct Tag {
        std::string_view name;
        Rule rule;
    };

    Stmt start(StmtKind kind) {
        Stmt out;
        out.kind = kind;
        out.offset = cursor_.current().offset;
        cursor_.advance();
        return out;
    }
    Status end_tag() {
        if (!cursor_.is(TokenKind::block_end))
            return fail(cursor_.error("expected the end of the statement, got " + cursor_.described()));
        cursor_.advance();
        return {};
    }

    /// Everything up to a tag of `ends`, whose word is the current token then; to the end of the template if empty.
    Result<std::vector<Stmt>> statements(Names ends) {
        const Nesting nesting(depth_);
        if (depth_ > kNestingDepthMax)
            return fail(
                cursor_.error_here(cursor_.current().offset, ErrorCode::too_large, "Statements are nested too deep."));
        std::vector<Stmt> out;
        for (;;) {
            if (cursor_.is(TokenKind::end)) {
                if (ends.size() == 0) return out;
                return fail(cursor_.error("Unexpected end of template; the next tag should be '" +
                                          std::string(*(ends.end() - 1)) + "'."));
            }
            if (cursor_.is(TokenKind::data)) {
                std::string text = cursor_.current().text;
                out.push_back(start(StmtKind::output));
                out.back().text = std::move(text);
            } else if (cursor_.is(TokenKind::variable_begin)) {
                TRY(Stmt printed, print());
                out.push_back(std::move(printed));
            } else {
                cursor_.advance();
                for (const std::string_view end : ends)
                    if (cursor_.is_name(end)) return out;
                TRY(Stmt statement, tag());
                out.push_back(std::move(statement));
                TRY_STATUS(end_tag());
            }
        }
    }
    Result<Stmt> print() {
        Stmt out = start(StmtKind::output);
        TRY(Expr value, expressions_.tuple({}));
        out.exprs.push_back(std::move(value));
        if (!cursor_.is(TokenKind::variable_end))
            return fail(cursor_.error("expected the end of the print statement, got " + cursor_.described()));
        cursor_.advance();
        return out;
    }
    /// The body of a tag, its end tag included.
    Result<std::vector<Stmt>> body(Names ends) {
        TRY_STATUS(end_tag());
        return statements(ends);
    }

    Result<Stmt> tag();
    Result<Stmt> for_loop() {
        Stmt out = start(StmtKind::for_loop);
        TRY(Expr target, expressions_.target(false, "in"));
        TRY_STATUS(cursor_.expect_name("in"));
        TRY(Expr iterable, expressions_.tuple({false, false, "recursive"}));
        Expr filter;
        if (cursor_.skip_name("if")) {
            TRY(filter, expressions_.expression());
        }
        out.exprs.push_back(std::move(target));
        out.exprs.push_back(std::move(iterable));
        out.exprs.push_back(std::move(filter));
        out.recursive = cursor_.skip_name("recursive");
        ++loops_;
        TRY(out.body, body({"else", "endfor"}));
        --loops_;
        if (cursor_.skip_name("else")) {
            TRY(out.otherwise, body({"endfor"}));
        }
        cursor_.advance();
        return out;
    }
    Result<Stmt> if_chain() {
        Stmt out = start(StmtKind::if_chain);
        for (;;) {
            TRY(Expr condition, expressions_.tuple({false, false, {}}));
            out.exprs.push_back(std::move(condition));
            TRY(auto branch, body({"elif", "else", "endif"}));
            out.branches.push_back(std::move(branch));
            if (!cursor_.skip_name("elif")) break;
        }
        if (cursor_.skip_name("else")) {
            TRY(out.otherwise, body({"endif"}));
        }
        cursor_.advance();
        return out;
    }
    Result<Stmt> set() {
        Stmt out = start(StmtKind::set);
        TRY(Expr target, expressions_.target(true));
        out.exprs.push_back(std::move(target));
        if (cursor_.skip_op("=")) {
            TRY(Expr value, expressions_.tuple({}));
            out.exprs.push_back(std::move(value));
            return out;
        }
        out.kind = StmtKind::set_block;
        TRY(Expr filter, expressions_.filter_chain_of_set());
        out.exprs.push_back(std::move(filter));
        TRY(out.body, body({"endset"}));
        cursor_.advance();
        return out;
    }
    Status signature(Stmt& out) {
        TRY_STATUS(cursor_.expect_op("("));
        while (!cursor_.is_op(")")) {
            if (!out.parameters.empty()) TRY_STATUS(cursor_.expect_op(","));
            TRY(std::string name, cursor_.take_name());
            out.parameters.push_back(std::move(name));
            if (cursor_.skip_op("=")) {
                TRY(Expr value, expressions_.expression());
                out.defaults.push_back(std::move(value));
            } else if (!out.defaults.empty()) {
                return fail(cursor_.error("non-default argument follows default argument"));
            }
        }
        cursor_.advance();
        return {};
    }
    /// A body that is a function of its own: loops around it are not its loops.
    Status function_body(Stmt& out, std::string_view end) {
        const int outer = std::exchange(loops_, 0);
        const std::size_t begin = cursor_.place();
        TRY(out.body, body({end}));
        loops_ = outer;
        out.uses_caller = cursor_.named_since(begin, "caller");
        out.uses_kwargs = cursor_.named_since(begin, "kwargs");
        out.uses_varargs = cursor_.named_since(begin, "varargs");
        cursor_.advance();
        return {};
    }
    Result<Stmt> macro() {
        Stmt out = start(StmtKind::macro);
        TRY(out.text, cursor_.take_name());
        TRY_STATUS(signature(out));
        TRY_STATUS(function_body(out, "endmacro"));
        return out;
    }
    Result<Stmt> call_block() {
        Stmt out = start(StmtKind::call_block);
        if (cursor_.is_op("(")) TRY_STATUS(signature(out));
        TRY(Expr call, expressions_.expression());
        if (call.kind != ExprKind::call) return fail(cursor_.error("expected call"));
        out.exprs.push_back(std::move(call));
        TRY_STATUS(function_body(out, "endcall"));
        return out;
    }
    Result<Stmt> filter_block() {
        Stmt out = start(StmtKind::filter_block);
        Expr none;
        TRY(Expr filter, expressions_.filters(std::move(none), true));
        out.exprs.push_back(std::move(filter));
        TRY(out.body, body({"endfilter"}));
        cursor_.advance();
        return out;
    }
    Result<Stmt> with() {
        Stmt out = start(StmtKind::with);
        while (!cursor_.is(TokenKind::block_end)) {
            if (!out.exprs.empty()) TRY_STATUS(cursor_.expect_op(","));
            TRY(Expr target, expressions_.target(false, "="));
            TRY_STATUS(cursor_.expect_op("="));
            TRY(Expr value, expressions_.expression());
            out.exprs.push_back(std::move(target));
            out.exprs.push_back(std::move(value));
        }
        TRY(out.body, body({"endwith"}));
        cursor_.advance();
        return out;
    }
    Result<Stmt> expression() {
        Stmt out = start(StmtKind::expression);
        TRY(Expr value, expressions_.tuple({}));
        out.exprs.push_back(std::move(value));
        return out;
    }
    Result<Stmt> print_tag() {
        Stmt out = start(StmtKind::output);
        while (!cursor_.is(TokenKind::block_end)) {
            if (!out.exprs.empty()) TRY_STATUS(cursor_.expect_op(","));
            TRY(Expr value, expressions_.expression());
            out.exprs.push_back(std::move(value));
        }
        return out;
    }
    Result<Stmt> leave_loop() {
        const bool breaks = cursor_.is_name("break");
        if (loops_ == 0)
            return fail(cursor_.error(std::string("'") + (breaks ? "break" : "continue") + "' outside of a loop"));
        return start(breaks ? StmtKind::break_loop : StmtKind::continue_loop);
    }

    Cursor cursor_;
    ExpressionParser expressions_;
    int depth_ = 0;
    int loops_ = 0;
};

Result<Stmt> TemplateParser::tag() {
    constexpr std::array<Tag, 11> kTags{{{"for", &TemplateParser::for_loop},
                                         {"if", &TemplateParser::if_chain},
                                         {"set", &TemplateParser::set},
                                         {"macro", &TemplateParser::macro},
                                         {"call", &TemplateParser::call_block},
                                         {"filter", &TemplateParser::filter_block},
                                         {"with", &TemplateParser::with},
                                         {"do", &TemplateParser::expression},
                                         {"print", &TemplateParser::print_tag},
                                         {"break", &TemplateParser::leave_loop},
                                         {"continue", &TemplateParser::leave_loop}}};
    if (!cursor_.is(TokenKind::name)) return fail(cursor_.error("tag name expected"));
    const std::string word = cursor_.current().text;
    for (const Tag& tag : kTags)
        if (tag.name == word) return (this->*tag.rule)();
    if (std::find(kLoadingTags.begin(), kLoadingTags.end(), word) != kLoadingTags.end()) {
        Stmt out = start(StmtKind::loading);
        out.text = word;
        while (!cursor_.is(TokenKind::block_end) && !cursor_.is(TokenKind::end)) cursor_.advance();
        return out;
    }
    for (const std::string_view refused : kRefusedTags)
        if (refused == word)
            return fail(cursor_.error_here(cursor_.current().offset, ErrorCode::unsupported,
                                           "The Jinja statement '" + word + "' is not supported."));
    return fail(cursor_.error("Encountered unknown tag '" + word + "'."));
}

}  // namespace

Result<std::vector<Stmt>> parse_template(std::string_view source) {
    TRY(auto tokens, tokenize(source));
    return TemplateParser(source, std::move(tokens)).run();
}

}  // namespace towline::jinja
