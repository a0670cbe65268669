"""Templates and what Jinja2 makes of them. Run with a Python that has Jinja2 3.1:  make_cases.py > cases.jsonl

A line holds the template and either its output or that it fails. The extensions are the ones SQLMesh switches on.
"""
import json
import sys

import jinja2

CONTEXT = {
    "n": 3, "f": 2.5, "s": "Hello World", "e": "", "t": True, "z": None, "xs": [3, 1, 2], "ys": ["b", "A", "c"], "nested": [[1, 2], [3, 4]],
    "d": {"b": 1, "a": 2}, "rows": [{"name": "x", "v": 2, "g": "k"}, {"name": "y", "v": 1, "g": "K"}, {"name": "z", "v": 3, "g": "m"}],
    "tree": [{"n": "a", "c": [{"n": "b", "c": []}]}, {"n": "d", "c": []}], "u": "größe Ä", "q": "it's \"x\"", "html": "<a & 'b'>",
}

TEMPLATES = r"""
plain text
{{ n }}|{{ f }}|{{ s }}|{{ t }}|{{ z }}|{{ xs }}|{{ d }}|{{ missing }}
{{ 1 + 2 * 3 }}|{{ (1 + 2) * 3 }}|{{ 7 / 2 }}|{{ 7 // 2 }}|{{ -7 // 2 }}|{{ 7 % 3 }}|{{ -7 % 3 }}|{{ 2 ** 10 }}|{{ 2 ** -1 }}|{{ -2 ** 2 }}|{{ 2 ** 3 ** 2 }}
{{ 1.0 }}|{{ 1e20 }}|{{ 1.5e-7 }}|{{ 0.1 + 0.2 }}|{{ 10 / 5 }}|{{ 1_000 }}|{{ 0x1F }}|{{ 0b101 }}|{{ 0o17 }}|{{ 7.5 // 2 }}|{{ -7.5 % 2 }}|{{ 1e3 }}
{{ "a" ~ 1 ~ none ~ 1.5 ~ [1] }}|{{ "a" "b" 'c' }}|{{ "x" * 3 }}|{{ [1] * 2 }}|{{ [1] + [2] }}|{{ (1, 2) + (3,) }}|{{ "a" + "b" }}
{{ 1 < 2 < 3 }}|{{ 1 < 3 < 2 }}|{{ 1 == 1.0 }}|{{ 1 != 2 }}|{{ "a" < "b" }}|{{ [1, 2] < [1, 3] }}|{{ none == none }}|{{ true == 1 }}|{{ 1 >= 1 }}
{{ 1 in xs }}|{{ 9 not in xs }}|{{ "ell" in s }}|{{ "a" in d }}|{{ 1 in missing }}|{{ not 1 in xs }}
{{ 0 or "x" }}|{{ 1 and "y" }}|{{ not 0 }}|{{ e or z or 5 }}|{{ e and 1 }}|{{ not missing }}
{{ "y" if t else "n" }}|{{ "y" if e else "n" }}|{{ "y" if e }}|{{ 1 if t else 2 if e else 3 }}
{{ s.upper() }}|{{ s.lower() }}|{{ s.split() }}|{{ s.split("o") }}|{{ s.replace("l", "L") }}|{{ s.startswith("He") }}|{{ s.endswith("x") }}|{{ s.find("o") }}|{{ s.count("l") }}
{{ "  a b ".strip() }}|{{ "xxaxx".strip("x") }}|{{ "xxaxx".lstrip("x") }}|{{ "xxaxx".rstrip("x") }}|{{ "a,b,c".split(",", 1) }}|{{ "a,b,c".rsplit(",", 1) }}|{{ "a b  c".split(maxsplit=1) }}
{{ ", ".join(ys) }}|{{ "a-b".partition("-") }}|{{ "ab".rpartition("-") }}|{{ "7".zfill(3) }}|{{ "-7".zfill(4) }}|{{ "ab".center(5) }}|{{ "abc".center(6, "*") }}|{{ "ab".ljust(4, ".") }}|{{ "ab".rjust(4) }}
{{ "Ab1".isalnum() }}|{{ "Ab".isalpha() }}|{{ "12".isdigit() }}|{{ "ab".islower() }}|{{ "AB".isupper() }}|{{ " ".isspace() }}|{{ "hello world's".title() }}|{{ "aB".swapcase() }}|{{ "hELLO".capitalize() }}
{{ "prefix_x".removeprefix("prefix_") }}|{{ "x_id".removesuffix("_id") }}|{{ "a\nb\r\nc".splitlines() }}|{{ "abcabc".rfind("b") }}|{{ "abc".index("c") }}
{{ "abc".index("z") }}
{{ "{} {}".format(1, "a") }}|{{ "{0}-{1}-{0}".format("a", "b") }}|{{ "{x}".format(x=5) }}|{{ "{:>5}|{:<5}|{:^5}".format(1, 2, 3) }}|{{ "{:05.2f}".format(3.14159) }}|{{ "{:,}".format(1234567) }}|{{ "{!r}".format("a") }}|{{ "{{}}".format() }}
{{ "{:02d}/{:02d}".format(1, 12) }}|{{ "{:x} {:X} {:o} {:b} {:#x}".format(255, 255, 8, 5, 255) }}|{{ "{:+d}".format(5) }}|{{ "{:.3s}".format("abcdef") }}|{{ "{:*^9}".format("x") }}|{{ "{:.1%}".format(0.256) }}|{{ "{:e}".format(12345.678) }}|{{ "{a[0]} {a[1]}".format(a=[1,2]) }}
{{ "%s and %s" % ("a", 1) }}|{{ "%05d" % 42 }}|{{ "%.2f" % 3.14159 }}|{{ "%x" % 255 }}|{{ "%-5s|" % "a" }}|{{ "%5s|" % "a" }}|{{ "%%" % () }}|{{ "%(a)s" % {"a": 1} }}|{{ "%s" % none }}|{{ "%r" % "x" }}
{{ "%d" % "a" }}
{{ "%s %s" % (1,) }}
{{ "%s" % (1, 2) }}
{{ "%s %s" | format("a", 2) }}|{{ "%(x)s" | format(x=3) }}
{{ xs[0] }}|{{ xs[-1] }}|{{ xs[1:] }}|{{ xs[:2] }}|{{ xs[::-1] }}|{{ xs[9] }}|{{ s[0] }}|{{ s[-3:] }}|{{ s[::2] }}|{{ s[10:2:-2] }}|{{ d["a"] }}|{{ d.a }}|{{ d["zz"] }}|{{ xs.0 }}
{{ u[0:3] }}|{{ u | length }}|{{ u | upper }}|{{ u | lower }}|{{ u[::-1] }}|{{ u | tojson }}|{{ [u] }}
{{ d.items() }}|{{ d.keys() }}|{{ d.values() }}|{{ d.items() | list }}|{{ d.get("a") }}|{{ d.get("q", 7) }}|{{ d.get("q") }}|{{ d | list }}
{{ missing.x }}
{{ missing() }}
{{ missing + 1 }}
{{ missing["a"] }}
{{ n.foo }}|{{ n.foo is defined }}|{{ d.nope is defined }}|{{ z.x }}
{{ n.foo.bar }}
{{ n() }}
{{ 1 / 0 }}
{{ 1 // 0 }}
{{ 1 % 0 }}
{{ "a" + 1 }}
{{ 1 < "a" }}
{{ [1] + (2,) }}
{{ xs | join(",") }}|{{ xs | join }}|{{ ys | join("|") }}|{{ rows | join(", ", attribute="name") }}|{{ s | join("-") }}
{{ xs | sort }}|{{ xs | sort(reverse=true) }}|{{ ys | sort }}|{{ ys | sort(case_sensitive=true) }}|{{ rows | sort(attribute="v") | map(attribute="name") | list }}|{{ rows | sort(attribute="g,v") | map(attribute="name") | join }}
{{ [1, "a"] | sort }}
{{ xs | first }}|{{ xs | last }}|{{ [] | first }}|{{ [] | last }}|{{ s | first }}|{{ s | last }}|{{ xs | length }}|{{ s | count }}|{{ d | length }}|{{ missing | length }}
{{ xs | sum }}|{{ rows | sum(attribute="v") }}|{{ xs | sum(start=10) }}|{{ xs | min }}|{{ xs | max }}|{{ ys | min }}|{{ ys | max }}|{{ [] | max }}|{{ rows | max(attribute="v") }}|{{ [0.1, 0.2] | sum }}
{{ xs | reverse | list }}|{{ s | reverse }}|{{ [1, 1, 2, "a", "A"] | unique | list }}|{{ ["a", "A"] | unique(true) | list }}|{{ rows | unique(attribute="g") | map(attribute="name") | list }}
{{ xs | map("string") | list }}|{{ ys | map("upper") | list }}|{{ rows | map(attribute="v") | list }}|{{ rows | map(attribute="q", default=0) | list }}
{{ xs | map("add", 1) | list }}
{{ ys | map("replace", "b", "B") | join(" ") }}|{{ nested | map("sum") | list }}|{{ nested | map("join", "+") | list }}|{{ nested | map(attribute=0) | list }}|{{ nested | map(attribute="1") | list }}
{{ xs | select("odd") | list }}|{{ xs | reject("odd") | list }}|{{ xs | select("gt", 1) | list }}|{{ [0, 1, "", "a"] | select | list }}|{{ [0, 1, none] | reject | list }}|{{ xs | select(">", 1) | list }}|{{ ys | select("in", ["b"]) | list }}
{{ rows | selectattr("v", "gt", 1) | map(attribute="name") | list }}|{{ rows | rejectattr("v", "equalto", 1) | map(attribute="name") | list }}|{{ rows | selectattr("v") | list | length }}|{{ rows | selectattr("zz", "defined") | list }}
{{ rows | groupby("g") | map(attribute="grouper") | list }}|{% for g, items in rows | groupby("g") %}{{ g }}:{{ items | map(attribute="name") | join(",") }};{% endfor %}|{% for x in rows | groupby("v") %}{{ x.grouper }}{{ x.list | length }}{% endfor %}
{{ d | dictsort }}|{{ d | dictsort(by="value") }}|{{ d | dictsort(reverse=true) }}|{{ d | items | list }}|{{ missing | items | list }}
{{ [1,2,3,4,5] | batch(2) | list }}|{{ [1,2,3] | batch(2, 0) | list }}|{{ [1,2,3,4,5] | slice(2) | list }}|{{ [1,2,3] | slice(2, "x") | list }}
{{ missing | default("x") }}|{{ e | default("x") }}|{{ e | default("x", true) }}|{{ z | d("x") }}|{{ z | d("x", boolean=true) }}|{{ missing | d }}|{{ d.q | default(d.a) }}
{{ "3.7" | int }}|{{ "abc" | int }}|{{ "abc" | int(5) }}|{{ "0x1A" | int(base=16) }}|{{ 3.9 | int }}|{{ "1_0" | int }}|{{ " 12 " | int }}|{{ z | int }}|{{ true | int }}|{{ "-5" | int }}|{{ "ff" | int(0, 16) }}|{{ "1e3" | int }}
{{ "3.7" | float }}|{{ "x" | float }}|{{ "x" | float(1.5) }}|{{ 3 | float }}|{{ "1e3" | float }}|{{ "inf" | float }}|{{ "nan" | float }}|{{ "-Infinity" | float }}
{{ 2.5 | round }}|{{ 3.5 | round }}|{{ 2.675 | round(2) }}|{{ 42.55 | round(1, "floor") }}|{{ 42.55 | round(1, "ceil") }}|{{ 5 | round }}|{{ 1234 | round(-2) }}|{{ 1250.0 | round(-2) }}|{{ 2.4 | round(0, "ceil") }}|{{ 0.5 | round | int }}
{{ -3 | abs }}|{{ (-3) | abs }}|{{ -2.5 | abs }}|{{ (-2.5) | abs }}
{{ "a" | abs }}
{{ s | upper }}|{{ s | lower }}|{{ "foo bar-baz (qux) it's" | title }}|{{ "fOO bar" | capitalize }}|{{ "  x " | trim }}|{{ "xxaxx" | trim("x") }}|{{ 5 | string }}|{{ none | upper }}|{{ n | upper }}
{{ s | replace("o", "0") }}|{{ s | replace("o", "0", 1) }}|{{ 123 | replace(2, "x") }}|{{ "aaa" | replace("", "-") }}|{{ "aaa" | replace("a", "b", count=2) }}
{{ "a\nb\n\nc" | indent }}|{{ "a\nb" | indent(2, true) }}|{{ "a\n\nb" | indent(2, blank=true) }}|{{ "a\nb" | indent(">>") }}|{{ "a\nb\n" | indent(1) }}|
{{ "foo bar baz qux" | truncate(9) }}|{{ "foo bar baz qux" | truncate(9, true) }}|{{ "foo bar baz qux" | truncate(11) }}|{{ "foo bar baz qux" | truncate(9, end="..", leeway=0) }}|{{ "ab" | center(7) }}|{{ "one two  three" | wordcount }}
{{ d | tojson }}|{{ rows | tojson }}|{{ html | tojson }}|{{ [1.5, none, true] | tojson }}|{{ d | tojson(indent=2) }}|{{ {"a": []} | tojson(2) }}|{{ {"x": (1, 2)} | tojson }}
{{ {3: 1, 1: 2} | tojson }}|{{ "a/b\tc\u00e9\U0001F600" | tojson }}
{{ html | e }}|{{ html | escape }}|{{ "a b/c?d=é" | urlencode }}|{{ {"a": "b c", "d": 1} | urlencode }}|{{ html | safe }}|{{ "abc" | list }}
{{ missing | upper }}|{{ missing | list }}|{{ missing | join(",") }}|{{ missing | first }}|{{ missing | sort }}|{{ missing | trim }}|{{ missing | string }}|{{ missing | replace("a", "b") }}
{{ missing | int }}
{{ missing | abs }}
{{ missing | tojson }}
{{ missing | round }}
{{ xs | length | string | length }}|{{ -1 | string ~ "x" }}|{{ 1 + xs | length }}|{{ (1 + 2) | string }}|{{ xs | sum + 1 }}
{{ 3 is odd }}|{{ 4 is even }}|{{ 6 is divisibleby 3 }}|{{ 6 is divisibleby(4) }}|{{ "a" is string }}|{{ 1 is number }}|{{ 1.0 is float }}|{{ 1 is integer }}|{{ true is integer }}|{{ true is boolean }}|{{ true is number }}|{{ none is none }}|{{ z is not none }}
{{ xs is iterable }}|{{ 1 is iterable }}|{{ d is mapping }}|{{ xs is sequence }}|{{ s is sequence }}|{{ d is sequence }}|{{ range(3) is sequence }}|{{ 1 is in xs }}|{{ "a" is lower }}|{{ "A" is upper }}|{{ 1 is eq 1 }}|{{ 1 is ne(2) }}|{{ 2 is gt 1 }}|{{ 1 is sameas 1 }}|{{ t is sameas true }}|{{ t is true }}|{{ t is false }}|{{ missing is undefined }}|{{ missing is defined }}|{{ range is callable }}|{{ "upper" is filter }}|{{ "odd" is test }}
{{ not 3 is even }}|{{ 3 is not even and true }}|{{ xs | length is eq 3 }}|{{ 3 is odd or missing.x }}
{{ 1 is unknown }}
{{ 1 | unknown }}
{% for x in xs %}{{ x }},{% endfor %}|{% for x in [] %}a{% else %}empty{% endfor %}|{% for x in xs if x > 1 %}{{ x }}{% endfor %}|{% for x in missing %}a{% else %}none{% endfor %}
{% for x in xs %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.previtem }}{{ loop.nextitem }}{{ loop.cycle("a", "b") }};{% endfor %}
{% for k, v in d.items() %}{{ k }}={{ v }}{{ "," if not loop.last }}{% endfor %}|{% for k in d %}{{ k }}{% endfor %}|{% for a, b in nested %}{{ a }}{{ b }}{% endfor %}|{% for i, (a, b) in [(1, (2, 3))] %}{{ i }}{{ a }}{{ b }}{% endfor %}
{% for x in tree recursive %}{{ x.n }}{% if x.c %}({{ loop(x.c) }}){% endif %}{{ loop.depth }}{% endfor %}
{% for x in xs %}{% if x == 1 %}{% continue %}{% endif %}{{ x }}{% endfor %}|{% for x in xs %}{% if x == 1 %}{% break %}{% endif %}{{ x }}{% endfor %}
{% for x in xs %}{{ loop.changed(x > 1) }}{% endfor %}|{% for x in xs %}{% for y in xs %}{{ loop.index }}{% endfor %}{{ loop.index }}{% endfor %}|{% for i in range(3) %}{{ i }}{% endfor %}|{% for i in range(1, 10, 3) %}{{ i }}{% endfor %}|{{ range(3) }}|{{ range(5, 0, -2) | list }}|{{ range(3)[1] }}
{% for a, b in [1, 2] %}{% endfor %}
{% for a, b in [(1, 2, 3)] %}{% endfor %}
{% for x in 5 %}{% endfor %}
{% if xs %}a{% elif e %}b{% else %}c{% endif %}|{% if e %}a{% elif n %}b{% else %}c{% endif %}|{% if e %}a{% elif z %}b{% else %}c{% endif %}|{% if n == 3 and not e %}y{% endif %}
{% set x = 1 %}{{ x }}{% set x = x + 1 %}{{ x }}|{% set a, b = 1, 2 %}{{ a }}{{ b }}|{% set c %}block {{ n }}{% endset %}{{ c }}|{% set c | upper %}up{% endset %}{{ c }}|{% set c | replace("u", "o") | upper %}up{% endset %}{{ c }}
{% set x = 0 %}{% for i in xs %}{{ x }}{% set x = i %}{{ x }}{% endfor %}{{ x }}|{% if true %}{% set y = 5 %}{% endif %}{{ y }}|{% set ns = namespace(v=0, w="a") %}{% for i in xs %}{% set ns.v = ns.v + i %}{% endfor %}{{ ns.v }}{{ ns.w }}{{ ns.q }}
{% set x.y = 1 %}
{% set l = [] %}{% for i in xs %}{% do l.append(i * 2) %}{% endfor %}{{ l }}|{% do l.extend([1]) %}{{ l }}{% do l.insert(0, 9) %}{{ l }}{{ l.pop() }}{{ l.pop(0) }}{{ l }}{% do l.remove(2) %}{{ l.index(6) }}{{ l.count(6) }}{% do l.reverse() %}{{ l }}{% do l.sort() %}{{ l }}{% do l.clear() %}{{ l }}
{% set l = [1] %}{% set m = l %}{% do m.append(2) %}{{ l }}{% set k = l.copy() %}{% do k.append(3) %}{{ l }}|{{ [].append(1) }}|{% set q = dict(a=1) %}{% do q.update({"b": 2}) %}{% do q.update(c=3) %}{{ q }}{{ q.pop("a") }}{{ q.setdefault("z", 5) }}{{ q }}{{ q.popitem() }}
{{ dict(a=1, b=2) }}|{{ dict([("x", 1)]) }}|{{ dict({"a": 1}, b=2) }}|{{ {"a": {"b": [1, {"c": 2}]}} }}|{{ {"a": 1}.a }}|{{ {1: "x"}[1] }}|{{ {"a": 1, "a": 2} }}|{{ {1: "a", 1.0: "b", true: "c"} }}|{{ {(1, 2): 3} }}
{{ {[1]: 2} }}
{{ () }}|{{ (1,) }}|{{ (1, 2) }}|{{ [] }}|{{ {} }}|{{ 1, 2 }}|{{ [1, [2, [3]]] }}|{{ ["a", 'b"c', "d'e", "f'\"g", "\n\t\\"] }}|{{ [none, true, 1.5, missing] }}|{{ ["\x00\x7f\u200b"] }}
{% macro m(a, b=2, c="x") %}{{ a }}-{{ b }}-{{ c }}{% endmacro %}{{ m(1) }}|{{ m(1, 3) }}|{{ m(1, c="z") }}|{{ m(b=5, a=4) }}|{{ m() }}|{{ m.name }}{{ m.arguments }}
{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, 2) }}
{% macro m(a) %}{{ a }}{% endmacro %}{{ m(b=2) }}
{% macro m() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, x=3) }}|{% macro r(n) %}{% if n > 0 %}{{ n }}{{ r(n - 1) }}{% endif %}{% endmacro %}{{ r(3) }}|{% macro o(x, y=x) %}{{ y }}{% endmacro %}{{ o(4) }}|{{ o(y=1) }}
{% macro w(t) %}<{{ t }}>{{ caller() }}</{{ t }}>{% endmacro %}{% call w("b") %}in {{ n }}{% endcall %}|{% macro l(xs) %}{% for x in xs %}{{ caller(x) }}{% endfor %}{% endmacro %}{% call(x) l([1, 2]) %}[{{ x }}]{% endcall %}
{% macro m() %}x{% endmacro %}{% call m() %}y{% endcall %}
{% macro m() %}{{ y }}{% endmacro %}{% set y = 1 %}{{ m() }}{% set y = 2 %}{{ m() }}|{% for i in [1, 2] %}{% macro k() %}{{ i }}{% endmacro %}{{ k() }}{% endfor %}|{{ k is defined }}
{% with %}{% set q = 1 %}{{ q }}{% endwith %}{{ q }}|{% with a=1, b=2 %}{{ a }}{{ b }}{% endwith %}{{ a }}|{% set a = 5 %}{% with a=1, b=a %}{{ b }}{% endwith %}
{% filter upper %}abc {{ n }}{% endfilter %}|{% filter replace("a", "b") | upper %}aaa{% endfilter %}|{% filter indent(2) %}a{% endfilter %}
{% raw %}{{ not }} {% rendered %}{% endraw %}|a{%- raw -%} b {%- endraw -%} c|{% raw %}{# c #}{% endraw %}
a {# comment {{ x }} #} b|a {#- c -#} b|{{ "}}" }}|{{ {"a": {"b": 1}} }}|{{ {"a": {"b": 1}}["a"]["b"] }}|{{ "%}" }}
a  {%- if true %}  b  {%- endif %}  c|a  {% if true -%}  b  {% endif -%}  c|a {{- n -}} b|a {{+ n }} b|{%+ if true +%} x {%+ endif %}
{{ "\n\t\x41\u00e9\\ \' \" \q" }}|{{ 'it\'s' }}|{{ q }}|{{ [q] }}
{% set c = cycler("a", "b") %}{{ c.next() }}{{ c.next() }}{{ c.next() }}{{ c.current }}{% do c.reset() %}{{ c.current }}|{% set j = joiner(", ") %}{{ j() }}a{{ j() }}b{{ j() }}
{{ [1, 2, 3] | map("string") | join(",") }}|{% set g = xs | map("string") %}{% for x in g %}{{ x }}{% endfor %}{% for x in g %}{{ x }}{% endfor %}|{{ xs | map("string") | first }}
{{ xs | select("foo") | list }}
{{ "a" if }}
{{ 1 + }}
{{ (1 }}
{{ [1, 2 }}
{{ 1 2 }}
{{ a b }}
{{ }}
{% %}
{% if %}{% endif %}
{% if true %}
{% endif %}
{% for x in xs %}
{% unknown %}
{% set %}
{% macro %}{% endmacro %}
{% break %}
{{ "unclosed }}
{# unclosed
{% raw %} unclosed
{{ x
{{ x | }}
{{ x is }}
{{ f(a=1, 2) }}
{% macro m(a=1, b) %}{% endmacro %}
{% set true = 1 %}
{{ ! }}
{{ s.nope() }}
{{ range(3, step=1) }}
{{ range("a") }}
{{ xs | join(1, 2, 3, 4) }}
{{ xs | replace("a") }}
{{ s is divisibleby 2 }}
{{ [1, 2] | first(1) }}
{{ xs.append(4, 5) }}
{{ "a".join([1]) }}
{{ "a,b" | replace(",", ";") | upper | length }}|{{ ["x", "y"] | map("upper") | map("lower") | list }}|{{ ("a", "b") | join("") }}|{{ d.items() | sort | list }}|{{ d.keys() | list | sort | join("/") }}
{{ xs is not string and xs is iterable }}|{{ "SELECT" if n > 2 and f is float else "X" }}|{{ (n, f) | max }}|{{ [f, n] | sort }}
{% set cols = ["a", "b"] %}SELECT {% for c in cols %}{{ c }}{% if not loop.last %}, {% endif %}{% endfor %} FROM t{% if n %} WHERE x = {{ n }}{% endif %}
{%- for r in rows -%} {{ r["name"] }}{{ r.v }} {%- endfor -%}
{% for c in ["x"] %}{% set outer = loop %}{% for d in [1, 2] %}{{ outer.index }}{{ loop.index }}{% endfor %}{% endfor %}
{{ {"a": 1}.items() | map("join", "=") | join(",") }}|{{ "abc"[1] }}|{{ "abc"[5] }}|{{ ["ab"][0][1] }}|{{ (xs)[0] }}|{{ xs[n - 1] }}|{{ d[["a", "b"][0]] }}
{{ "Hello"|lower|title }}|{{ not true or true }}|{{ "1" ~ "2" + "3" }}|{{ "1" + 2 ~ 3 }}|{{ 2 * 3 ~ 4 }}|{{ "a" ~ -1 }}|{{ 5 - -3 }}|{{ - 3 }}|{{ +3 }}|{{ not not 1 }}
{{ (1 if false) is defined }}|{{ (1 if false) ~ "x" }}|{{ missing ~ "x" }}|{{ missing == missing2 }}|{{ missing is none }}|{{ [missing] | length }}
{{ xs | list | length }}|{{ "a b".split(" ") | last }}|{{ "%.1f%%" | format(12.345) }}|{{ "{:d}".format(n) }}|{{ "x=" ~ (n | string).zfill(5) }}|{{ "a" in "abc" and "z" not in "abc" }}
{% if "x" in rows | map(attribute="name") %}has{% endif %}|{% if rows | selectattr("name", "equalto", "y") | list %}has{% endif %}|{{ rows | map(attribute="name") | map("upper") | sort(reverse=true) | join }}
{{ f.is_integer() }}|{{ 2.0.is_integer() }}|{{ 1.e }}|{{ 100000000000000000 }}|{{ 12345678901.5 }}|{{ 1e16 }}|{{ 123456789012345680.0 }}|{{ 0.0001 }}|{{ 0.00001 }}|{{ -0.0 }}
{% print n %}|{% print "a", 1 %}
line1
{% if true %}
line2
{% endif %}
line3
"""

MULTI = [
    "a\n{% if true %}\nb\n{% endif %}\nc\n", "a\n{%- if true %}\nb\n{%- endif %}\nc\n\n", "x\r\ny\rz\n", "\n\n{{ 1 }}\n\n", "{% set x = [\n 1,\n 2\n] %}{{ x }}",
    "{# a\nb #}x", "  {% for i in range(2) %}\n  {{ i }}\n  {% endfor %}\n", "{% raw %}\n{{ a }}\n{% endraw %}\n", "{{ 'a\nb' }}", "",
    "SELECT\n  {%- for c in ys %}\n  {{ c }}{{ ',' if not loop.last }}\n  {%- endfor %}\nFROM t\n", "{% macro m(x) -%}\n  {{ x }}\n{%- endmacro %}\n{{ m(1) }}\n{{ m(2) }}\n",
    "{% set s %}\n a \n{% endset %}[{{ s }}]", "{% call(a, b=2) m(1) %}{{ a }}{% endcall %}", "{% macro m() %}{{ caller(1) }}{% endmacro %}{% call(a, b=2) m() %}{{ a }}{{ b }}{% endcall %}",
]


def case(template):
    environment = jinja2.Environment(extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"])
    try:
        return {"template": template, "output": environment.from_string(template).render(json.loads(json.dumps(CONTEXT)))}
    except Exception as error:  # every failure of a template is a failure of ours
        return {"template": template, "error": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    print(json.dumps({"context": CONTEXT}))
    lines = TEMPLATES.strip("\n").split("\n")
    for template in lines + MULTI:
        print(json.dumps(case(template)))
    print(len(lines) + len(MULTI), "cases", file=sys.stderr)
