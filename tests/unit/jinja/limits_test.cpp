// A template can neither hang nor eat memory, and says where it fails.

#include <gtest/gtest.h>

#include "jinja/template.h"

namespace towline::jinja {
namespace {

Error failure(const std::string& text) {
    auto source = Template::parse(text);
    if (!source) return source.error();
    Rendering rendering;
    auto out = rendering.render(*source);
    return out ? Error{ErrorCode::internal, "gives " + out->substr(0, 100), {}, {}} : out.error();
}

std::string repeated(const std::string& part, int count) {
    std::string out;
    for (int i = 0; i < count; ++i) out += part;
    return out;
}

class TooLarge : public testing::TestWithParam<std::string> {};
TEST_P(TooLarge, IsRefused) {
    EXPECT_EQ(failure(GetParam()).code, ErrorCode::too_large) << failure(GetParam()).message;
}
INSTANTIATE_TEST_SUITE_P(
    Templates, TooLarge,
    testing::Values(
        "{% for i in range(100000000) %}{% endfor %}",
        "{% for i in range(10000) %}{% for j in range(10000) %}{% set x = j %}{% endfor %}{% endfor %}",
        "{{ 'x' * 1000000000 }}", "{{ [1] * 1000000000 }}", "{{ '%1000000000d' % 1 }}",
        "{{ '{:1000000000}'.format(1) }}", "{{ 'a' | center(1000000000) }}", "{{ 'a'.ljust(1000000000) }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
        "{% set l = [1] %}{% for i in range(60) %}{% set l = [l, l] %}{{ '' if l == l }}{% endfor %}"
        "{% set n = namespace(l=[1]) %}{% for i in range(60) %}{% set n.l = [n.l, n.l] %}{% endfor %}{{ n.l }}",
        "{% set n = namespace(s='xxxxxxxx') %}{% for i in range(60) %}{% set n.s = n.s ~ n.s %}{% endfor %}",
        "{{ " + repeated("(", 5000) + "1" + repeated(")", 5000) + " }}", "{{ " + repeated("[", 5000),
        "{{ 1" + repeated(" + 1", 5000) + " }}", "{{ " + repeated("not ", 5000) + "1 }}",
        "{{ " + repeated("-", 5000) + "1 }}", "{{ 1" + repeated(" | abs", 5000) + " }}",
        "{{ x" + repeated(".x", 5000) + " }}", repeated("{% if 1 %}", 5000) + repeated("{% endif %}", 5000),
        "{% set l = [] %}{% for i in range(1000000) %}{% do l.append('x' * 1000) %}{% endfor %}",
        "{% set t = 'x' * 1000000 %}{% for i in range(100) %}{{ t }}{% endfor %}",
        "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}", std::string(5 << 20, 'x')));

TEST(Failures, SayWhere) {
    const Error error = failure("SELECT\n  {{ nothing.at_all }}\n");
    EXPECT_EQ(error.message, "'nothing' is undefined (line 2, column 13)");
    EXPECT_NE(error.detail.find("{{ nothing.at_all }}\n"), std::string::npos);
    EXPECT_NE(error.detail.find("^"), std::string::npos);
    EXPECT_EQ(failure("a\n{% for x in %}").message,
              "Expected an expression, got 'end of statement block' (line 2, column 13)");
}

TEST(Failures, WhatNeverRunsDoesNoHarm) {
    for (const char* text :
         {"{% if false %}{{ 1 | no_such }}{% endif %}", "{% if false %}{{ 1 is no_such }}{% endif %}",
          "{{ '' if true else [1] | random }}", "{% if false %}{% include 'x' %}{% endif %}",
          "{% macro m() %}{% from 'x' import y %}{% endmacro %}"}) {
        const auto source = Template::parse(text);
        ASSERT_TRUE(source) << text;
        EXPECT_TRUE(Rendering().render(*source)) << text;
    }
}

TEST(Failures, NameWhatIsRefused) {
    EXPECT_EQ(failure("{% include 'x' %}").message,
              "The Jinja statement 'include' is not supported. (line 1, column 4)");
    EXPECT_EQ(failure("{{ x | random }}").message, "The Jinja filter 'random' is not supported. (line 1, column 8)");
    EXPECT_EQ(failure("{{ ''.__class__ }}").code, ErrorCode::unsupported);
    EXPECT_EQ(failure("{{ 99999999999999999999 }}").code, ErrorCode::unsupported);
    EXPECT_EQ(failure("{{ [1] | map('upper') }}").code, ErrorCode::unsupported);
    EXPECT_EQ(failure("{{ range }}").code, ErrorCode::unsupported);
}

TEST(Macros, OfALibraryAreNamedInFailures) {
    auto library = Template::parse("{% macro outer(x) %}{{ inner(x) }}{% endmacro %}");
    auto inner = Template::parse("{% macro inner(x) %}\n{{ x.y.z }}{% endmacro %}");
    auto source = Template::parse("a\n{{ outer('1') }}");
    ASSERT_TRUE(library && inner && source);
    Rendering rendering;
    rendering.set_macro("outer", *library);
    rendering.set_macro("inner", *inner);
    const auto out = rendering.render(*source);
    ASSERT_FALSE(out);
    EXPECT_EQ(out.error().message,
              "Jinja macro 'outer', line 1: Jinja macro 'inner', line 2: 'str object' has no "
              "attribute 'y' (line 2, column 4)");
}

TEST(References, FollowSqlmesh) {
    const auto names = [](const std::string& text) {
        auto source = Template::parse(text);
        std::string out;
        if (!source) return source.error().message;
        const References found = references_of(*source, {"var", "blueprint_var"});
        for (const CallName& call : found.calls) {
            for (const std::string& word : call.path) out += word + ".";
            out += " ";
        }
        for (const std::string& variable : found.variables) out += "$" + variable + " ";
        return out;
    };
    EXPECT_EQ(names("{{ a() }}{{ b.c() }}{{ d }}{{ e.f }}"), "a. b.c. b.c. e.f. ");
    EXPECT_EQ(names("{{ var('X') }}{{ var('y').upper() }}{{ blueprint_var('z', 1) }}{{ var(n) }}"), "$x $y $y $y $z ");
    EXPECT_EQ(names("{% set a = a() %}{{ a() }}"), "a. ");
    EXPECT_EQ(names("{% for x in xs() %}{{ x.y() }}{{ m(x) }}{% endfor %}{{ x() }}"), "xs. x.y. x.y. m. ");
    EXPECT_EQ(names("{% macro m(a) %}{{ a() }}{{ b() }}{% endmacro %}{{ a() }}{{ m() }}"), "b. m. ");
    EXPECT_EQ(names("{{ 'x'.join(y()) }}{{ f(g()) | join(k()) }}"), "y. f. g. k. ");
}

}  // namespace
}  // namespace towline::jinja
