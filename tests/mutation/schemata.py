# SPDX-License-Identifier: MIT
"""All mutants of a file in one text: each is a copy of its function, and the function calls the copy that is asked for.

So a file is compiled once and not once a mutant; which one a program is, is said when it runs (serve.c).
"""
import re

DECLARATIONS = b"extern int mutant_number; extern char *mutant_reached; "
COPY = b"__attribute__((noinline)) "
ERROR = re.compile(rb"^<stdin>:(\d+):\d+: error:", re.M)


def renamed(mutant, source, number):
    """The function with the change in it, and the number at its name."""
    function = mutant.function
    text = source[function.begin:mutant.begin] + mutant.text + source[mutant.end:function.end]
    at = function.name_at - function.begin + len(function.name)
    return COPY + text[:at] + b"__%d" % number + text[at:] + b"\n"


def calls(function, numbers):
    """What the function itself begins with."""
    cases = b" ".join(b"case %d: return %s__%d(%s);" % (number, function.name, number, b", ".join(function.arguments))
                      for number in numbers)
    return b" *mutant_reached = 1; switch (mutant_number) { %s default: ; }" % cases


def woven(source, numbered):
    """The text for {number: mutant}, and by line of the text whose number it is."""
    functions = {}
    for number, mutant in numbered.items():
        functions.setdefault(mutant.function, []).append(number)
    text, at, lines = DECLARATIONS, 0, {}
    for function in sorted(functions, key=lambda function: function.begin):
        text += source[at:function.begin] + source[function.begin:function.body] + b";\n"
        for number in functions[function]:
            line = text.count(b"\n") + 1
            text += renamed(numbered[number], source, number)
            lines.update(dict.fromkeys(range(line, text.count(b"\n") + 1), number))
        at = function.body + 1
        text += source[function.begin:at] + calls(function, functions[function])
    return text + source[at:], lines


def compiled(build, source, numbered):
    """Compiles them, without those that do not compile: returns the numbers of these."""
    left = dict(numbered)
    while True:
        text, lines = woven(source, left)
        errors = build.errors(text)
        if not errors:
            build.compiled(text)
            return set(numbered) - set(left)
        broken = {lines.get(int(line)) for line in ERROR.findall(errors)} - {None}
        if not broken:
            raise SystemExit(f"what all mutants are woven into does not compile: {errors.decode()}")
        for number in broken:
            del left[number]
