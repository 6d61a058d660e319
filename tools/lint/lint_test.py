#!/usr/bin/env python3
"""Proves that each rule of lint.py can fail: every case writes one small checkout that breaks one rule."""

import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import lint
import size_rules
from source import strip_code

HEADER = "#pragma once\n"
UNFINISHED_WORD = "TO" "DO"

# (what breaks, path, text, the rule that must say so). Other files a case needs are in NEIGHBOURS.
BREAKS = [
    ("domain includes a folder above it", "domain/a.cpp", '#include "journal/j.hpp"\n', "include"),
    ("domain includes a library", "domain/a.cpp", "#include <spdlog/spdlog.h>\n", "include"),
    ("domain includes a clock's header", "domain/a.cpp", "#include <ctime>\n", "include"),
    ("journal includes actors", "journal/a.cpp", '#include "actors/engine_port.hpp"\n', "include"),
    ("RocksDB outside its files", "journal/writer.cpp", "#include <rocksdb/db.h>\n", "include"),
    ("RocksDB in a view", "projections/a.cpp", "#include <rocksdb/db.h>\n", "include"),
    ("Boost in the journal", "journal/a.cpp", "#include <boost/asio/post.hpp>\n", "include"),
    ("the auditor uses the server's rules", "journal/audit/fold.cpp", '#include "domain/decide.hpp"\n', "include"),
    ("tickets know HTTP", "tickets/a.cpp", '#include "http/session.hpp"\n', "include"),
    ("Pango outside its file", "tickets/a.cpp", "#include <pango/pangocairo.h>\n", "include"),
    ("CAF outside actors", "http/a.cpp", "#include <caf/actor.hpp>\n", "include"),
    ("CAF in a header for others", "actors/engine.hpp", HEADER + "#include <caf/actor.hpp>\n", "include"),
    ("CAF behind a header for others", "actors/engine.hpp", HEADER + '#include "actors/messages.hpp"\n', "include"),
    ("http includes an actor", "http/a.cpp", '#include "actors/messages.hpp"\n', "include"),
    ("http reaches RocksDB", "http/a.cpp", '#include "projections/leaky.hpp"\n', "include"),
    ("an include that is no file", "http/a.cpp", '#include "session.hpp"\n', "include"),
    ("a header without its guard", "http/a.hpp", "int x;\n", "include"),
    ("an umbrella of CAF", "actors/a.cpp", "#include <caf/all.hpp>\n", "umbrella"),
    ("an umbrella of Beast", "http/a.cpp", "#include <boost/beast/http.hpp>\n", "umbrella"),
    ("a clock in domain", "domain/a.cpp", "auto x = std::chrono::system_clock::now();\n", "domain-call"),
    ("C's clock in domain", "domain/a.cpp", "auto x = time(nullptr);\n", "domain-call"),
    ("randomness in domain", "domain/a.cpp", "std::random_device d;\n", "domain-call"),
    ("C's randomness in domain", "domain/a.cpp", "int x = rand();\n", "domain-call"),
    ("output in domain", "domain/a.cpp", 'void f() { std::printf("x"); }\n', "domain-call"),
    ("a lock in domain", "domain/a.cpp", "std::mutex m;\n", "domain-call"),
    ("an exception thrown", "http/a.cpp", "void f() { throw 1; }\n", "banned"),
    ("a CAF stream", "actors/a.cpp", "caf::stream<int> s;\n", "banned"),
    ("a CAF stream stage", "actors/a.cpp", "void f() { attach_stream_stage(1); }\n", "banned"),
    ("a detached actor", "actors/a.cpp", "void f() { sys.spawn<caf::detached>(g, 1); }\n", "banned"),
    ("then without an error handler", "actors/a.cpp", "void f() { r(a, b).then([=](int x, int y) { g(x, y); }); }\n", "then"),
    ("await without an error handler", "actors/a.cpp", "void f() { r(a).await([](int) {}); }\n", "then"),
    ("a state nobody checked", "actors/a.cpp", "using self = caf::stateful_actor<room_state>;\n", "state"),
    ("a sleep in a test", "tests/http/a_test.cpp", "void f() { std::this_thread::sleep_for(1s); }\n", "sleep"),
    ("a test without a sentence", "tests/http/a_test.cpp", 'TEST_CASE("holds") {}\n', "test-name"),
    ("unfinished work", "http/a.cpp", f"// {UNFINISHED_WORD}: more\n", "unfinished"),
    ("unfinished work in prose", "docs/a.md", "This is enough for " "now.\n", "unfinished"),
    ("a path of one machine", "tools/a.sh", "cd /ho" "me/someone/holdfast\n", "machine"),
    ("a registry's host", "package.json", '{"x": "https://registry.npm' 'js.org/x"}\n', "machine"),
    ("a long file", "http/a.cpp", "int x;\n" * 401, "file-size"),
    ("a long function", "http/a.cpp", "void f() {\n" + "  g();\n" * 60 + "}\n", "function-size"),
    ("a long member function", "http/a.cpp", "struct s {\n  int f() const {\n" + "  g();\n" * 60 + "  }\n};\n", "function-size"),
    ("a long Python function", "tools/a.py", "def f():\n" + "    g()\n" * 60, "function-size"),
    ("an exception without a reason", "tools/lint/exceptions.txt", "file-size http/a.cpp: big\n", "exception"),
    ("an exception nobody needs", "tools/lint/exceptions.txt", "file-size http/a.cpp: it was long for a good reason\n", "exception"),
]

# (what is fine, path, text)
HOLDS = [
    ("domain uses what it may", "domain/a.cpp", '#include "domain/decide.hpp"\n#include <tl/expected.hpp>\n#include <vector>\n'),
    ("a clock in a comment", "domain/a.cpp", "// std::chrono::system_clock is not for here\n"),
    ("a clock in a string", "domain/a.cpp", 'auto x = "system_clock";\n'),
    ("a member called time", "domain/a.cpp", "auto x = state.time();\nauto time() -> int;\n"),
    ("digits apart are no character", "domain/a.cpp", "constexpr int x = 100'000;\nint y = 'a';\n"),
    ("RocksDB in its file", "journal/rocksdb_store.cpp", "#include <rocksdb/db.h>\n"),
    ("generated headers", "journal/codec.cpp", '#include "journal/facts.pb.h"\n'),
    ("http uses the ports", "http/a.cpp", '#include "actors/engine_port.hpp"\n'),
    ("then with both handlers", "actors/a.cpp", "void f() { r(a).then([=](int x, int y) { g(x, y); }, [=](caf::error& e) { h(e); }); }\n"),
    ("a checked state", "actors/a.cpp", "using self = caf::stateful_actor<room_state>;\nstatic_assert(!std::is_aggregate_v<room_state>);\n"),
    ("a function that fits", "http/a.cpp", "void f() {\n" + "  g();\n" * 58 + "}\n"),
    ("a long namespace", "http/a.cpp", "namespace a {\n" + "int f(int x) { return x; }\n" * 100 + "} // namespace a\n"),
    ("a long table", "http/a.cpp", "constexpr int table[] = {\n" + "    1,\n" * 100 + "};\n"),
    ("a test that is a sentence", "tests/http/a_test.cpp", 'TEST_CASE("a hold expires at its deadline") {}\n'),
]

NEIGHBOURS = {
    "domain/decide.hpp": HEADER,
    "journal/j.hpp": HEADER,
    "journal/rocksdb_open.hpp": HEADER + "#include <rocksdb/db.h>\n",
    "projections/leaky.hpp": HEADER + '#include "journal/rocksdb_open.hpp"\n',
    "actors/engine_port.hpp": HEADER,
    "actors/messages.hpp": HEADER + "#include <caf/actor.hpp>\n",
}


class checkout:
    """A small git checkout in a directory that goes away."""

    def __enter__(self):
        self._folder = tempfile.TemporaryDirectory()
        self.root = self._folder.name
        self._git("init", "-q")
        return self

    def __exit__(self, *_):
        self._folder.cleanup()

    def _git(self, *arguments):
        who = ["-c", "user.name=Lint", "-c", "user.email=lint@localhost", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", "-C", self.root, *who, *arguments], check=True, capture_output=True)

    def write(self, path, text):
        full = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as file:
            file.write(text)

    def remove(self, path):
        os.remove(os.path.join(self.root, path))

    def commit(self):
        self._git("add", "-A")
        self._git("commit", "-q", "--allow-empty", "-m", "a step")

    def rules(self):
        findings, _ = lint.run(self.root)
        return [finding.rule for finding in findings]


class every_rule(unittest.TestCase):
    def test_the_neighbours_alone_hold(self):
        with checkout() as here:
            for path, text in NEIGHBOURS.items():
                here.write(path, text)
            self.assertEqual(here.rules(), [])

    def test_each_rule_can_fail(self):
        for what, path, text, rule in BREAKS:
            with self.subTest(what), checkout() as here:
                for other, content in NEIGHBOURS.items():
                    here.write(other, content)
                here.write(path, text)
                self.assertIn(rule, here.rules())

    def test_what_is_fine_passes(self):
        for what, path, text in HOLDS:
            with self.subTest(what), checkout() as here:
                for other, content in NEIGHBOURS.items():
                    here.write(other, content)
                here.write(path, text)
                self.assertEqual(here.rules(), [])

    def test_an_exception_with_a_reason_covers_one_finding(self):
        with checkout() as here:
            here.write("http/a.cpp", "int x;\n" * 401)
            here.write("tools/lint/exceptions.txt", "file-size http/a.cpp: one table that is read as a whole\n")
            self.assertEqual(here.rules(), [])
            here.write("http/b.cpp", "int x;\n" * 401)
            self.assertEqual(here.rules(), ["file-size"])


class golden_files(unittest.TestCase):
    def after(self, change):
        with checkout() as here:
            here.write("tests/golden/v1.hex", "00\n")
            here.commit()
            change(here)
            here.commit()
            return here.rules()

    def test_may_be_added(self):
        self.assertEqual(self.after(lambda here: here.write("tests/golden/v2.hex", "01\n")), [])

    def test_may_not_change(self):
        self.assertEqual(self.after(lambda here: here.write("tests/golden/v1.hex", "02\n")), ["golden"])

    def test_may_not_go(self):
        self.assertEqual(self.after(lambda here: here.remove("tests/golden/v1.hex")), ["golden"])


class reading_code(unittest.TestCase):
    def test_raw_strings_hide_their_text(self):
        self.assertNotIn("throw", strip_code('auto x = R"sql(throw " {)sql";'))

    def test_a_lambda_counts_for_the_function_around_it(self):
        code = strip_code("auto f() -> int {\n  auto g = [](int x) {\n    return x;\n  };\n  return g(1);\n}\n")
        self.assertEqual([name for name, _, _ in size_rules.functions(code)], ["f"])

    def test_members_defined_in_a_class_are_functions(self):
        code = strip_code("template <class T>\nclass a : public b<T> {\n  explicit a(int x) : x_{x} {}\n  int y() { return 1; }\n};\n")
        self.assertEqual([name for name, _, _ in size_rules.functions(code)], ["a", "y"])

    def test_a_constructor_is_as_long_as_its_body(self):
        code = strip_code("a::a(int x) : x_{x}, y_(x), z_{1} {\n  f();\n  g();\n}\nint h() { return 1; }\n")
        spans = size_rules.functions(code)
        self.assertEqual([name for name, _, _ in spans], ["a::a", "h"])
        self.assertIn("g();", code[: spans[0][2]])

    def test_a_macro_in_front_of_a_class_makes_it_no_function(self):
        code = strip_code("ALLOW_MESSAGE(holdfast::x)\nclass a {\n  int y() { return 1; }\n};\n")
        self.assertEqual([name for name, _, _ in size_rules.functions(code)], ["y"])


if __name__ == "__main__":
    unittest.main()
