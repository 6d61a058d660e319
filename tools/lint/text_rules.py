"""What may not stand in code: calls that break determinism or hide errors, and words that say work is unfinished."""

import re

from source import Finding, closing, strip_comments

# In domain/: time, ids and randomness are arguments; nothing is read, written, logged or waited for.
DOMAIN_BANNED = [
    (r"\bstd::time\b|(?<![\w.>:])time\s*\(\s*(?:nullptr|NULL|0|&)", "the time is an argument"),
    (r"\b(?:system_clock|steady_clock|high_resolution_clock|utc_clock|clock_gettime|gettimeofday)\b", "the time is an argument"),
    (r"(?<![\w.>])(?:std::)?s?rand(?:om)?\s*\(|\brandom_device\b|\bmt19937(?:_64)?\b|\bgetrandom\b", "randomness is an argument"),
    (r"\bstd::(?:c(?:out|err|in|log)|f?printf|puts|fopen|fwrite|getenv|system)\b|\bspdlog\b", "no I/O and no logging"),
    (r"\bstd::(?:j?thread|(?:shared_|recursive_)?mutex|async|atomic\w*|condition_variable|future|promise)\b|\bthread_local\b",
     "one thread at a time"),
]

# Everywhere but in tests.
BANNED = [
    (r"\bthrow\b", "we do not throw: return tl::expected, or HF_CHECK for a bug"),
    (r"\bcaf::stream\b|\battach_(?:continuous_)?stream\w*|\bmake_(?:source|stage|sink)\s*\(", "CAF's streams are broken in this version"),
    (r"\bcaf::detached\b", "a detached actor may die without a DOWN message; use a std::jthread"),
    (r"\bCAF_MAIN\b|\bcaf::io\b|\bmiddleman\b", "CAF's network module stays out"),
    (r"\basio::io_context\w*\s*::\s*stop\b", "io_context::stop drops answers; release the work guard"),
]

# Composed, so that this file does not break its own rule.
UNFINISHED = re.compile(
    r"\b(?:TO" r"DO|FIX" r"ME|X" r"XX|HA" r"CK)\b|\bfor n" r"ow\b|\bplace" r"holder\b|\bsimpl" r"ified\b|\bnot (?:yet )?imple" r"mented\b"
    r"|\bin a re" r"al (?:system|implementation)\b|\bstub" r"bed\b"
)
MACHINE = re.compile(
    r"(?<![\w.$}])/(?:wo" r"rk|fa" r"rm|ho" r"me|ro" r"ot)/|/t" r"mp/hf\b|\.\./sha" r"red\b"
    r"|registry\.npm" r"js|deb\.deb" r"ian\.org|pypi\." r"org"
)


def _matches(source, text, table, rule):
    for pattern, why in table:
        for match in re.finditer(pattern, text):
            yield Finding(rule, source.path, source.line_of(match.start()), f"{match[0].strip()}: {why}")


def _arguments(code, opening):
    """Number of arguments between a parenthesis and its closing one."""
    end = closing(code, opening)
    if end < 0 or not code[opening + 1 : end].strip():
        return 0
    count, index = 1, opening + 1
    while index < end:
        if code[index] in "([{":
            index = closing(code, index)
        elif code[index] == ",":
            count += 1
        index += 1
    return count


def _caf_findings(source):
    """A request whose error is not handled ends the actor that made it."""
    for match in re.finditer(r"\.\s*(?:then|await)\s*(\()", source.code):
        if _arguments(source.code, match.start(1)) != 2:
            yield Finding("then", source.path, source.line_of(match.start()), ".then() takes a handler for the error too")


def _state_findings(actors):
    """Under C++20 an actor's state that is an aggregate is built wrong, silently: its first member receives a pointer."""
    checked = set()
    for source in actors:
        for match in re.finditer(r"static_assert\s*\(\s*!\s*std::is_aggregate_v\s*<\s*([\w:]+)\s*>", source.code):
            checked.add(match[1].split("::")[-1])
    for source in actors:
        for match in re.finditer(r"\bstateful_(?:actor|pointer)\s*<\s*([\w:]+)", source.code):
            state = match[1].split("::")[-1]
            if state not in checked and not re.match(r"^[A-Z]", state):
                message = f"the state {state} needs static_assert(!std::is_aggregate_v<{state}>)"
                yield Finding("state", source.path, source.line_of(match.start()), message)


def _test_findings(source):
    if not source.path.startswith("tests/support/"):
        for match in re.finditer(r"\bsleep_(?:for|until)\b|\bu?sleep\s*\(", source.code):
            yield Finding("sleep", source.path, source.line_of(match.start()), "a test waits for a condition, never for a time")
    for match in re.finditer(r'\bTEST_CASE(?:_FIXTURE)?\s*\((?:[^"()]*,)?\s*"([^"\n]*)"', strip_comments(source.text)):
        if len(match[1].split()) < 3:
            yield Finding("test-name", source.path, source.line_of(match.start()), f'"{match[1]}" is no sentence')


def _word_findings(source):
    if source.path == "package-lock.json":
        return
    for number, line in enumerate(source.text.splitlines(), 1):
        for pattern, rule, why in ((UNFINISHED, "unfinished", "finish it, or leave it out"), (MACHINE, "machine", "names one machine")):
            match = pattern.search(line)
            if match:
                yield Finding(rule, source.path, number, f"'{match[0]}': {why}")


def check(sources):
    for source in sources:
        yield from _word_findings(source)
        if not source.is_cpp:
            continue
        if source.folder == "domain":
            yield from _matches(source, source.code, DOMAIN_BANNED, "domain-call")
        if source.folder == "tests":
            yield from _test_findings(source)
        else:
            yield from _matches(source, source.code, BANNED, "banned")
        if source.folder == "actors":
            yield from _caf_findings(source)
    yield from _state_findings([s for s in sources if s.is_cpp and s.folder == "actors"])
