"""Files of at most 400 lines, functions of at most 60: what does not fit the head is two things."""

import ast
import re

from source import Finding, closing

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60
MEASURED = (".cpp", ".hpp", ".proto", ".py", ".sh", ".js", ".mjs", ".ts", ".svelte", ".cmake")
_NOT_A_FUNCTION = re.compile(r"\b(?:namespace|class|struct|union|enum|extern|concept|if|for|while|switch|do|else|try|catch)\b")


def _strip_directives(code):
    return re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda m: re.sub(r"[^\n]", " ", m[0]), code, flags=re.MULTILINE)


def _name(head):
    """The name before the parameter list; the whole first line of a head that has none."""
    test = re.search(r"\b(TEST_CASE\w*|SCENARIO|SUBCASE|BENCHMARK\w*)\s*\(", head)
    if test:
        return test[1]
    match = re.search(r"([\w~:]+|operator\s*[^\s(]+|operator\(\))\s*\(", head)
    return match[1] if match else head.strip().split("\n")[0]


def _is_function(head):
    scope = re.sub(r"template\s*<[^{};]*?>\s*(?=\w)", "", head)
    scope = re.sub(r"\b[A-Z][A-Z0-9_]{3,}\s*\([^(){}]*\)\s*(?=\S)", "", scope)
    return "(" in scope and not _NOT_A_FUNCTION.search(scope.split("(")[0])


def _body_end(code, opening):
    """End of the function whose first brace is at `opening`; that brace may belong to a constructor's first member."""
    end = closing(code, opening)
    while end >= 0:
        following = re.compile(r"\s*([,{])").match(code, end + 1)
        if not following:
            return end
        if following[1] == "{":
            return closing(code, following.start(1))
        member = re.compile(r"[^({;]*[({]").match(code, following.end())
        if not member:
            return end
        end = closing(code, member.end() - 1)
    return end


def functions(code):
    """(name, first index, last index) of the outermost function bodies. `code` is stripped."""
    code = _strip_directives(code)
    found, index, start = [], 0, 0
    while index < len(code):
        character = code[index]
        if character in ";}":
            start = index + 1
        elif character == "(":
            index = max(closing(code, index), index)
        elif character == "{":
            head = code[start:index]
            function = _is_function(head)
            end = _body_end(code, index) if function else closing(code, index)
            if end < 0:
                break
            if function:
                found.append((_name(head.strip()), start + len(head) - len(head.lstrip()), end))
                index = end
                start = end + 1
            elif "=" in head or re.search(r"\benum\b", head):
                index = end
            else:
                start = index + 1
        index += 1
    return found


def _python_functions(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, node.lineno, node.end_lineno


def _spans(source):
    if source.is_cpp:
        for name, first, last in functions(source.code):
            yield name, source.line_of(first), source.line_of(last)
    elif source.path.endswith(".py"):
        yield from _python_functions(source.text)


def check(sources):
    for source in sources:
        if not source.path.endswith(MEASURED):
            continue
        lines = len(source.text.splitlines())
        if lines > FILE_LINES_MAX:
            yield Finding("file-size", source.path, lines, f"{lines} lines; at most {FILE_LINES_MAX}")
        for name, first, last in _spans(source):
            if last - first + 1 > FUNCTION_LINES_MAX:
                message = f"{name} has {last - first + 1} lines; at most {FUNCTION_LINES_MAX}"
                yield Finding("function-size", f"{source.path}:{name}", first, message)
