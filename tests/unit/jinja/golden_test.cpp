// tests/golden/jinja/cases.jsonl was written by Jinja2 (make_cases.py). TOWLINE_JINJA_CASES names another file of the
// same form: tests/differential/test_jinja.py makes random ones.

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "jinja/template.h"
#include "json/document.h"

namespace towline::jinja {
namespace {

Value value_of(Heap& heap, const json::Reader& in) {
    if (in.is_null()) return {};
    if (in.is_bool()) return Value::boolean(in.as_flag());
    if (in.is_int()) return Value::integer(in.as_num());
    if (in.is_number()) return Value::floating(in.as_real());
    if (in.is_string()) return Value::text(in.as_str());
    if (in.is_array()) {
        std::vector<Value> items;
        for (const json::Reader& item : in.items()) items.push_back(value_of(heap, item));
        return heap.list(std::move(items));
    }
    Dict& dict = heap.dict();
    for (const auto& [key, item] : in.members()) EXPECT_TRUE(dict.set(Value::text(key), value_of(heap, item)));
    return Value(dict);
}

Result<std::string> rendered(const std::string& text, const json::Reader& context) {
    TRY(const Template source, Template::parse(text));
    Rendering rendering;
    for (const auto& [name, value] : context.members()) rendering.set(name, value_of(rendering.heap(), value));
    return rendering.render(source);
}

TEST(Golden, AsJinja2) {
    const char* other = std::getenv("TOWLINE_JINJA_CASES");
    std::ifstream file(other ? other : TOWLINE_SOURCE_DIR "/tests/golden/jinja/cases.jsonl");
    std::string line;
    ASSERT_TRUE(std::getline(file, line));
    const auto head = json::Document::parse(line);
    ASSERT_TRUE(head);
    const json::Reader context = head->root().sub("context");
    int count = 0;
    for (; std::getline(file, line); ++count) {
        const auto document = json::Document::parse(line);
        ASSERT_TRUE(document) << line;
        const std::string text = document->root().str("template");
        const auto output = document->root().maybe_str("output");
        const auto out = rendered(text, context);
        if (output)
            EXPECT_EQ(out ? *out : "FAILED: " + out.error().message, *output) << text;
        else
            EXPECT_FALSE(out) << text << "\ngives " << *out << "\nand not " << document->root().str("error");
    }
    EXPECT_GT(count, 0);
}

}  // namespace
}  // namespace towline::jinja
