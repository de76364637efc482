"""Expressions written to be hard for an evaluator, by topic. Their variables are `tests.vectors.corpus.KNOWN`."""

from __future__ import annotations

from typing import Final

HARD: Final = (
    # Numbers: 64 bits, three types, IEEE 754
    "9223372036854775807 + 1", "-9223372036854775808 - 1", "i * 9223372036854775807", "-(-9223372036854775808)",
    "9223372036854775807 + (i - 42)", "-9223372036854775808 / (i - 43)", "-9223372036854775808 % (i - 43)",
    "i / (i - 42)", "i % (i - 42)", "-7 / 2", "-7 % 2", "7 % -2", "u / 0u", "u % 0u", "u - 6u", "u + 18446744073709551615u",
    "u * 3u", "18446744073709551615u / 7u", "d / 0.0", "-d / 0.0", "0.0 / 0.0", "d / -0.0", "-0.0", "0.1 + 0.2", "-d",
    "dyn(i) == 42.0", "dyn(i) == 42u", "dyn(u) == 5.0", "dyn(1) == 1.0 && dyn(1u) == 1", "dyn(true) == 1", "dyn(1) == true",
    "dyn(9007199254740993) == 9007199254740992.0", "dyn(9007199254740993) < 9007199254740992.0", "dyn(-1) < 0u",
    "dyn(18446744073709551615u) > 9223372036854775807", "dyn(0.0 / 0.0) == 0.0 / 0.0", "[0.0 / 0.0] == [0.0 / 0.0]",
    "0.0 == -0.0", "dyn(0.0 / 0.0) < 1", "dyn(d) < 1", "dyn(i) < 42.5", "dyn(1) < 2.0", "dyn(1) + 1.0", "x[0] == 1.0", "x[1] > 2",
    # Comparison and equality
    '"a" < "b"', '"a" < "ab"', '"" < "a"', '"\\uffff" < "🌍"', '"Z" < "a"', 'b"\\xff" > b"\\xfe\\x00"', 'b"" < b"a"',
    'b"\\xff" == b"\\xff"', "false < true", "true < true", "t < timestamp(0)", 'r <= duration("-1h30m0.5s")',
    "dyn(t) == dyn(r)", "dyn(1) < dyn(true)", 'dyn("a") < 1', "null == y", "y == 1", "y < 1", "[1, 2.0] == [1.0, 2u]",
    "[1] == [1, 2]", '{"a": 1, "b": 2} == {"b": 2u, "a": 1.0}', '{"a": 1} == {"b": 1}', "dyn({1: 2}) == {1u: 2.0}", "dyn({true: 1}) == {1: 1}",
    "[[], {}] == [[], {}]", 'type(1) == int && type(t) != type(r) && type(null) == type(y)', "type(type(1)) == type", "type(u)",
    "type([])", "type({})", "type(optional.none())", 'type(b"")', "type(d)", "type(s)", "dyn(optional.of(1)) == optional.of(1.0)",
    "optional.none() == optional.none()", "optional.of(1) == optional.none()",
    # Logic: either side decides
    "signals.none || true", "true || signals.none", "signals.none || false", "signals.none && false", "false && signals.none",
    "signals.none && true", "y || true", "y && true", "y ? 1 : 2", "signals.none ? 1 : 2", "b ? i : i / 0", "!y", "!signals.none",
    "(1 / 0 > 0 || signals.none) || b", "i / 0 > 0 || signals.none", "signals.none || i / 0 > 0",
    # Fields
    "signals.i + i", "signals.none_int", "has(signals.i)", "has(signals.none)", "open.a", "open.nope", "open.deep.name", "open.deep.a",
    "has(open.deep.a)", "has(open.deep.nope)", "open.deep.a.b", "has(open.a.b)", "has(open.nope.b)", "x.a", "has(x.a)", "y.a", "has(y.a)",
    'open["price"] * 2.0', "open.price > 19", "open.items[1].n", "open.items[2].n", 'open["deep"]["name"]', "open[s]", "m[s]", "m.a + m.b",
    "open == open", "size(open)", 'open.deep == {"a": null, "name": "é"}', "signals.d * 2.0", "signals.t.getHours()", "string(signals.d)",
    # Lists and maps
    "[1, 2, 3][1]", "ints[dyn(1.0)]", "ints[dyn(2u)]", "ints[dyn(0.5)]", "ints[-1]", "ints[3]", 'x["a"]', "x[true]", "texts[i]", "[]",
    "1 in ints", "dyn(2.0) in [1, 2]", '"a" in m', '"z" in m', "dyn(1) in m", "y in x", "true in x", "null in [y]", "i in x", '"a" in y', "dyn([1]) in [[1.0]]",
    "{1: true}[dyn(1.0)]", "{1u: true}[dyn(1)]", "{true: 1}[true]", '{true: "yes", 1: "one"}[x[0]]', '{true: "yes", 1: "one"}[x[4]]', "{1: 2}[dyn(1.5)]",
    "{1: 1, 1u: 2}", "{b: 1, true: 2}", "{[1]: 2}", "{d: 1}", "{1: 2}[y]", "{1: 2}[dyn([1])]", "dyn(m) + dyn(m) == m || true", "dyn(m) + dyn(m)", "ints + ints", "x + x",
    "size(ints + [4])", "size(m)", 'size("é🌍")', 'size(b"\\xc3\\xa9")', "size(y)", "{}", '{"b": {"c": [1u, 2.5, null]}, "a": b""}',
    '{2: "b", 1: "a"}.map(k, k)', "[?m.?a, ?m.?nope, 3]", '{?"a": m.?a, ?"z": m.?z}', "[?optional.of(1)]", '{?"a": optional.none()}',
    # Macros
    "ints.all(n, n > 0)", "ints.exists(n, n > 2)", "ints.exists_one(n, n > 2)", "ints.filter(n, n > 1)", "ints.map(n, n * n)",
    "ints.map(n, n > 1, n + i)", "open.items.exists(o, o.n == 1)", "open.items.all(o, o.n == 1)", "open.items.exists(o, o.n > 5)",
    "open.items.filter(o, o.n > 0)", 'open.items.exists(o, o.n == "two")', "open.items.map(o, o.n)", "open.items.exists_one(o, o.n == 1)",
    "m.all(k, m[k] < 2)", "m.exists(k, k == 'b')", "m.map(k, m[k])", "x.all(v, v == v)", "x.map(v, type(v))", "y.all(v, true)", "dyn(s).all(c, true)",
    "[1, 0].exists(n, 4 / n > 2)", "[0, 1].all(n, 4 / n < 2)", "ints.map(n, ints.map(k, n * k))", "ints.exists(i, i == 3) && i == 42",
    "cel.bind(n, i / 0, true || n > 1)", "cel.bind(n, i + 1, n * n)", "cel.bind(o, open.deep, o.name)", "cel.bind(g, signals, g.d)",
    "cel.bind(n, 1, cel.bind(n, n + 1, n))", "[[1, 2], [3]].map(l, l.filter(n, n > 1))", "[].all(n, n)", "[].exists(n, n)", "[y].exists(n, n)",
    "[1].exists(n, y) || true", "x.filter(v, v == 1).size() == 1",
    # Optional values
    "m.?a", "m.?nope", "m[?'a'].value()", "m[?'nope'].value()", "m.?nope.orValue(3)", "m.?a.or(m.?b).value()", "m.?nope.or(m.?b)", "ints[?0]",
    "ints[?9]", "ints[?-1]", "open.?deep.?name", "open.?deep.?nope.hasValue()", "open.?nope.?b.hasValue()", "open.?deep.a", "open.?a.?b", "x.?a", "y.?a",
    "x[?0]", "x[?y]", "y[?0]", "open[?'deep'].name", "m.?a.optMap(v, v + 1)", "m.?nope.optMap(v, v / 0)", "m.?a.optFlatMap(v, ints[?v])",
    "optional.of(m).?a", "optional.of(m)['b']", "optional.none().?a", "optional.of(dyn(1)).?a", "optional.ofNonZeroValue(0)", "optional.ofNonZeroValue(s)",
    "optional.ofNonZeroValue(y)", "optional.ofNonZeroValue(duration('0s'))", "optional.ofNonZeroValue(0u)", "optional.ofNonZeroValue([])", "has(open.?deep.name)",
    "ints.first()", "ints.last().value()", "[].first()", "signals.?none_int.orValue(i)", "signals.?i.orValue(0)", "m.?a.orValue(1 / 0)", "m.?nope.orValue(1 / 0)",
    # Conversions
    'int("42")', 'int(" -7 ")', 'int("4.2")', 'int("")', 'int("9223372036854775808")', 'int("-9223372036854775808")', 'int("+5")', 'int("0x10")', "int(1.9)",
    "int(-1.9)", "int(9223372036854775807.0)", "int(-9223372036854775808.0)", "int(0.0 / 0.0)", "int(u)", "int(18446744073709551615u)", "int(t)", "int(timestamp(-1))",
    'int(timestamp("1969-12-31T23:59:59.5Z"))', "uint(i)", "uint(-i)", "uint(d)", "uint(1.9)", 'uint("18446744073709551615")', 'uint("-0")', "uint(1e20)",
    "double(i)", "double(9007199254740993)", "double(u)", 'double("1e3")', 'double(" .5")', 'double("5.")', 'double("-inf")', 'double("NaN")', 'double("0x1.8p1")',
    'double("0x1p-1074")', 'double("1_0")', 'double("")', 'double("e5")', 'double("Infinity")', 'double("1e400")', "double(y)",
    "string(i)", "string(u)", "string(b)", "string(d)", "string(1.0)", "string(100000.0)", "string(1000000.0)", "string(123456.789)", "string(0.0001)", "string(0.00001)",
    "string(1e22)", "string(1e-7)", "string(0.1 + 0.2)", "string(-0.0)", "string(1.0 / 0.0)", "string(0.0 / 0.0)", "string(5.684341886080802e-14)", "string(5e-324)",
    "string(1.7976931348623157e308)", "string(t)", "string(r)", 'string(b"\\xc3\\xa9")', 'string(b"\\xff")', 'string(b"\\xed\\xa0\\x80")', "string(x)", "bytes(s)",
    'bool("true")', 'bool("T")', 'bool("t")', 'bool("0")', 'bool("yes")', "timestamp(0)", "timestamp(253402300800)", "timestamp(-62135596800)", "timestamp(-62135596801)",
    'timestamp(s + "")', 'timestamp("2024-02-30T00:00:00Z" + "")', 'timestamp("2024-02-29t12:00:00.1234567899+01:30" + "")', 'timestamp("0000-01-01T00:00:00Z" + "")',
    'timestamp("2024-01-01T24:00:00Z" + "")', 'timestamp("2024-01-01T00:00:60Z" + "")', 'timestamp("2024-01-01T00:00:00" + "")', 'timestamp("0050-03-01T00:00:00-23:59" + "")',
    'duration("1h1m1s1ms1us1ns" + "")', 'duration("-1.5h" + "")', 'duration(".5s" + "")', 'duration("1.s" + "")', 'duration(".s" + "")', 'duration("1d" + "")', 'duration("0" + "")',
    'duration("" + "")', 'duration("+1s" + "")', 'duration("--1s" + "")', 'duration("1.0000000001s" + "")', 'duration("90000000h" + "")', "dyn(x)", "bytes('')", "int(x[1])", "int(x[2])", "int(dyn(r))", "duration(y)", "duration(x[0])", "type(dyn(1))",
    # Texts: code points
    "s.size()", "s.charAt(4)", "s.charAt(8)", "s.charAt(9)", "s.charAt(-1)", 's.indexOf("🌍")', 's.indexOf("ß", 3)', 's.indexOf("", 9)', 's.indexOf("e", 10)', 's.lastIndexOf("r")',
    's.lastIndexOf("")', 's.lastIndexOf("e", 2)', 's.lastIndexOf("🌍", 7)', 's.lastIndexOf("!", 9)', "s.substring(7)", "s.substring(2, 8)", "s.substring(5, 2)", "s.substring(9)", "s.substring(10)",
    "s.substring(0, -1)", "s.lowerAscii()", "s.upperAscii()", '"ÄÖaz".upperAscii()', "s.reverse()", 's.contains("ü")', 's.contains("")', 's.startsWith("Grü")', 's.endsWith("!")',
    '"aaa".replace("a", "b", 2)', '"aaa".replace("a", "b", -1)', '"aaa".replace("a", "b", 0)', '"é🌍".replace("", "-")', '"é🌍".replace("", "-", 2)', '"".replace("", "x")', '"a.b".replace(".", "$&")',
    '"a,b,,c".split(",")', '"a,b,,c".split(",", 2)', '"a,b".split(",", 0)', '"a,b".split(",", -5)', '"a,b".split(",", 9)', '"é🌍x".split("")', '"é🌍x".split("", 2)', '"".split("")', '"".split(",")', '"".split("", 1)', '"abc".split("", 3)',
    '" \\t\\u2003\\u0085x\\u00a0\\ufeff".trim()', '"\\u001cx".trim()', "texts.join()", 'texts.join("-")', "[].join()", 'x.join(",")', 'strings.quote("a\\"b\\\\\\n\\t\\u0007é")', 'strings.quote(s)',
    'base64.encode(b"\\x00\\xff")', 'base64.decode("AP8=")', 'base64.decode("AP8")', 'base64.decode("AP8==")', 'base64.decode("A")', 'base64.decode("A P8")', 'base64.decode("A-_8")', 'base64.decode("é")', 'base64.decode("")', "base64.encode(bytes(s))",
    "dyn(s) + 1.0 == 1.0 || true", "dyn(s)[0] == 'G' || true", 's.contains(x) || true',
    # format
    '"%s %s %s %s".format([s, i, d, b])', '"%s %s %s %s".format([u, t, r, y])', '"%s".format([x])', '"%s".format([open])', '"%s".format([{true: 1, 2: [3u], "a": {}}])', '"%s".format([type(1)])',
    '"%s".format([b"\\xffa"])', '"%s".format([optional.of(1)])', '"%s".format([1.0])', '"%s".format([1234567.0])', '"%s".format([0.00001234])', '"%s".format([100000.0])', '"%s".format([-0.0])',
    '"%s".format([timestamp("2024-01-01T00:00:00.120Z")])', '"%d %d %d".format([i, u, 2.5])', '"%.2f".format([2.675])', '"%.0f".format([2.5])', '"%.0f".format([0.5])', '"%.1f".format([0.25])', '"%.3f".format([i])',
    '"%f".format([1e21])', '"%.20f".format([0.1])', '"%e".format([1234.5])', '"%.0e".format([9.5])', '"%.3e".format([0.0])', '"%.25e".format([1e23])', '"%e".format([5e-324])', '"%.2e".format([-9.999])', '"%f %e %s %d".format([1.0 / 0.0, -1.0 / 0.0, 0.0 / 0.0, 1.0 / 0.0])',
    '"%x %X %o %b".format([255, 255u, 8, -5])', '"%x %X".format(["é", b"\\xab"])', '"%b".format([true])', '"%b".format([s])', '"%d".format([s])', '"%x".format([1.5])', '"%s".format([])', '"%y".format([1])', '"%".format([1])', '"%.".format([1])', '"%.5".format([1])',
    '"100%%".format([])', '"%.1001f".format([d])', '"%.3s".format([s])', '"%🌍".format([1])', '"a\\n%s".format([1])',
    # Patterns
    's.matches("^Gr.*!$")', 's.matches("[[:alpha:]]+")', 's.matches("(?i)^GRÜSSE|grüße")', '"a\\n".matches("a$")', '"a\\nb".matches("a.b")', '"a\\nb".matches("(?s)a.b")', '"a\\nb".matches("(?m)^b$")', '"a\\r".matches("(?m)a$")',
    '"٣".matches("\\\\d")', '"é".matches("\\\\w")', '"ſ".matches("(?i)S")', '"a".matches("(?i)[^A]")', '"s".matches("(?i)\\\\W")', '"ı".matches("(?i)i")', '"K".matches("(?i)k")', '"C".matches("a(?i)b|c")', '"AB".matches("(?i:a)b")', '"🌍".matches("^.$")',
    '"a.b".matches("\\\\Qa.b\\\\E")', '"aa".matches("(?U)^a+$")', '"x{,2}".matches("x{,2}")', '"".matches("\\\\B")', '"a b".matches("a\\\\bb")', '"-".matches("[a\\\\-z]")', '"]".matches("[]a]")', '"ß".matches("(?i)ẞ")', '"Σ".matches("(?i)[ς]")', '"a".matches("\\\\x{61}\\\\z")',
    '"a".matches("(" + "a")', '"a".matches("a" + "**")', '"a".matches("(?=" + "a)")', '"a".matches("\\\\p" + "L")', '"a".matches("\\\\1" + "")', '"a".matches("[b-" + "a]")', '"a".matches("a{2,1" + "}")', '"a".matches("a{1001" + "}")', '"a".matches("[[:nope:]" + "]")', '"a".matches("[a" + "")',
    # math
    "math.greatest(1, 2.5, 3u)", "math.least(1, 2.5, 3u)", "math.greatest([1, 3.5, 2])", "math.greatest(x)", "math.least([1])", "math.greatest(dyn(1), 1.0)", "math.greatest(0.0 / 0.0, 1.0)", "math.ceil(-0.5)", "math.floor(-0.5)", "math.trunc(-1.8)", "math.round(-0.5)", "math.round(2.5)",
    "math.round(0.49999999999999994)", "math.round(4503599627370497.5)", "math.ceil(1.0 / 0.0)", "math.round(-0.2)", "math.abs(-9223372036854775808)", "math.abs(-5)", "math.abs(d)", "math.abs(u)", "math.sign(-0.0)", "math.sign(d)", "math.sign(-i)", "math.sign(0u)", "math.sign(0.0 / 0.0)",
    "math.isNaN(0.0 / d)", "math.isInf(-1.0 / 0.0)", "math.isFinite(d)", "math.sqrt(2.0)", "math.sqrt(-1.0)", "math.sqrt(81)", "math.sqrt(u)", "math.bitAnd(-1, 255)", "math.bitOr(u, 8u)", "math.bitXor(-1, i)", "math.bitNot(u)", "math.bitNot(i)", "math.bitShiftLeft(1, 63)", "math.bitShiftLeft(1u, 64)",
    "math.bitShiftRight(-1, 1)", "math.bitShiftRight(-1, 64)", "math.bitShiftLeft(1, -1)", "math.bitShiftRight(u, 1)", "math.greatest(dyn([]))", "math.bitShiftLeft(-1, 62)",
    # Times
    'timestamp("9999-12-31T23:59:59Z") + duration("1s")', 'timestamp("0001-01-01T00:00:00Z") - duration("1ns")', "t + r", "r + t", "t - r", "t - timestamp(0)", "r - r", "r + r", 't - timestamp("0001-01-01T00:00:00Z")', 'duration("87660000h") + duration("87600000h")',
    "t.getFullYear()", "t.getMonth()", "t.getDate()", "t.getDayOfMonth()", "t.getDayOfYear()", "t.getDayOfWeek()", "t.getHours()", "t.getMinutes()", "t.getSeconds()", "t.getMilliseconds()", 't.getHours("Europe/Berlin")', 't.getDate("Asia/Kolkata")', 't.getHours("-23:30")', 't.getMinutes("05:45")',
    't.getFullYear("Nowhere/Atall")', 't.getHours("")', 't.getHours("+5")', 'timestamp("0001-01-01T00:00:00Z").getFullYear("America/New_York")', 'timestamp("9999-12-31T23:59:59Z").getFullYear("Asia/Tokyo")', 'timestamp("1880-06-01T12:00:00Z").getSeconds("America/New_York")',
    'timestamp("2024-03-10T07:00:00Z").getHours("America/New_York")', 'timestamp("2024-03-10T06:59:59Z").getHours("America/New_York")', 'timestamp("2050-07-01T00:00:00Z").getHours("Europe/Paris")', 'timestamp("1969-12-31T23:59:59.999Z").getMilliseconds()', 'timestamp("1970-01-01T00:00:00.0009Z").getMilliseconds()',
    "r.getHours()", "r.getMinutes()", "r.getSeconds()", "r.getMilliseconds()", 'duration("3730s").getMinutes()', 'duration("-0.5s").getMilliseconds()', 'timestamp("0050-12-31T00:00:00Z").getDayOfYear()', 'timestamp("2024-12-31T00:00:00Z").getDayOfYear("UTC")', "y.getHours()",
)  # fmt: skip
