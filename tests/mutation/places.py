# SPDX-License-Identifier: MIT
"""The mutants of a source file: where a character range is replaced, and by what.

libclang says what is a condition, a comparison, a call; the text is changed in place, on the same lines. What macros
make is left alone, their arguments too: neither an assertion nor a hash table of uthash is ours to judge.
"""
import re
from collections import Counter
from dataclasses import dataclass

from clang.cindex import CursorKind, Index, TokenKind, TranslationUnit, TypeKind

BOUNDARY = {b"<": b"<=", b"<=": b"<", b">": b">=", b">=": b">"}
COMPARISONS = {**BOUNDARY, b"==": b"!=", b"!=": b"=="}
CONDITION_AT = {CursorKind.IF_STMT: 0, CursorKind.WHILE_STMT: 0, CursorKind.DO_STMT: 1, CursorKind.CONDITIONAL_OPERATOR: 0}
# Forced both ways already: what kills that kills == for != too.
JUDGED = (*CONDITION_AT, CursorKind.FOR_STMT, CursorKind.RETURN_STMT, CursorKind.BINARY_OPERATOR, CursorKind.PAREN_EXPR,
          CursorKind.UNARY_OPERATOR)
LOOPS = (CursorKind.WHILE_STMT, CursorKind.DO_STMT, CursorKind.FOR_STMT)
# Statements that a call can be one of, and where the children that are statements begin.
BODIES = {CursorKind.COMPOUND_STMT: 0, CursorKind.IF_STMT: 1, CursorKind.WHILE_STMT: 1, CursorKind.FOR_STMT: -1,
          CursorKind.CASE_STMT: 1, CursorKind.DEFAULT_STMT: 0, CursorKind.LABEL_STMT: 0}
INTEGERS = (TypeKind.INT, TypeKind.UINT, TypeKind.LONG, TypeKind.ULONG, TypeKind.ENUM, TypeKind.UCHAR, TypeKind.CHAR_S,
            TypeKind.LONGLONG, TypeKind.ULONGLONG, TypeKind.USHORT, TypeKind.SHORT)
COMMENT = re.compile(rb"/\*.*?\*/", re.S)


@dataclass(frozen=True)
class Function:
    """Where its definition begins, where its name and its body do, and where it ends."""
    name: bytes
    begin: int
    name_at: int
    body: int
    end: int
    arguments: tuple


@dataclass(frozen=True)
class Mutant:
    name: str  # file:function:operator:ordinal, which edits elsewhere leave as it is
    path: str
    begin: int
    end: int
    text: bytes
    function: Function  # None: it is in no function, or in one that cannot be copied

    def applied(self, source):
        lost = source[self.begin:self.end].count(b"\n") - self.text.count(b"\n")
        return source[:self.begin] + self.text + b"\n" * lost + source[self.end:]

    def shown(self, source):
        was = b" ".join(source[self.begin:self.end].split()).decode()
        return f"{self.path}:{source.count(bytes([10]), 0, self.begin) + 1}: {was}  ->  {self.text.decode()}"


class Places:
    """Walks one file and gathers (begin, end, operator, text) by function or table."""

    def __init__(self, path, source, unit):
        self.path, self.source, self.unit = path, source, unit
        self.found = []
        self.macros = []
        for cursor in unit.cursor.get_children():
            if cursor.kind == CursorKind.MACRO_INSTANTIATION and self.own(cursor):
                begin, end = self.range(cursor)
                if b"(" in source[begin:end]:
                    self.macros.append((begin, end))

    def own(self, cursor):
        return cursor.location.file is not None and cursor.location.file.name == self.path

    @staticmethod
    def range(cursor):
        return cursor.extent.start.offset, cursor.extent.end.offset

    def add(self, operator, begin, end, text):
        if begin < end and self.source[begin:end] != text and not any(a <= begin < b for a, b in self.macros):
            self.found.append((begin, end, operator, text))

    def walk(self, cursor, parent, result):
        handler = getattr(self, cursor.kind.name.lower(), None)
        if handler is not None:
            handler(cursor, parent, result)
        self.condition(cursor)
        self.statements(cursor)
        for child in cursor.get_children():
            self.walk(child, cursor, result)

    def condition(self, cursor):
        children = list(cursor.get_children())
        if cursor.kind in CONDITION_AT:
            condition = children[CONDITION_AT[cursor.kind]]
        elif cursor.kind == CursorKind.FOR_STMT:
            condition = self.for_condition(cursor, children)
        else:
            return
        if condition is not None:
            begin, end = self.range(condition)
            self.add("false", begin, end, b"0")
            if cursor.kind not in LOOPS:
                self.add("true", begin, end, b"1")

    def for_condition(self, cursor, children):
        depth, semicolons = 0, []
        for token in cursor.get_tokens():
            depth += (token.spelling == "(") - (token.spelling == ")")
            if token.spelling == ";" and depth == 1:
                semicolons.append(token.extent.start.offset)
            if len(semicolons) == 2:
                break
        return next((c for c in children[:-1] if semicolons[0] < self.range(c)[0] < semicolons[1]), None)

    def statements(self, cursor):
        if cursor.kind in BODIES:
            for child in list(cursor.get_children())[BODIES[cursor.kind]:]:
                called = child
                while called.kind == CursorKind.CSTYLE_CAST_EXPR:
                    called = list(called.get_children())[-1]
                if called.kind == CursorKind.CALL_EXPR:
                    self.add("drop", *self.range(child), b"(void)0")

    def binary_operator(self, cursor, parent, _result):
        left, right = (self.range(child) for child in cursor.get_children())
        between = COMMENT.sub(lambda m: b" " * len(m[0]), self.source[left[1]:right[0]])
        sign = between.strip()
        at = left[1] + between.find(sign)
        if sign in (BOUNDARY if parent.kind in JUDGED else COMPARISONS):
            self.add("compare", at, at + len(sign), COMPARISONS[sign])
        elif sign in (b"&&", b"||"):
            for operand in left, right:
                self.add("operand", *operand, b"1" if sign == b"&&" else b"0")

    def integer_literal(self, cursor, parent, _result):
        begin, end = self.range(cursor)
        before, after = self.source[:begin].rstrip()[-1:], self.source[end:end + 100].lstrip()[:1]
        if (before, after) == (b"{", b"}") or parent.kind in (CursorKind.VAR_DECL, CursorKind.FIELD_DECL) and after == b"]":
            return
        if not self.source[begin:begin + 1].isdigit():  # a macro's name
            return
        self.add("plus", begin, end, b"(%s + 1)" % self.source[begin:end])
        if self.source[begin:end] != b"0":
            self.add("minus", begin, end, b"(%s - 1)" % self.source[begin:end])

    def character_literal(self, cursor, _parent, _result):
        begin, end = self.range(cursor)
        self.add("plus", begin, end, b"(%s + 1)" % self.source[begin:end])

    def return_stmt(self, cursor, _parent, result):
        children = list(cursor.get_children())
        if not children or re.fullmatch(rb"true|false|NULL|0", self.source[slice(*self.range(children[0]))]):
            return
        kind = result.get_canonical().kind
        if kind == TypeKind.BOOL:
            self.add("return-true", *self.range(children[0]), b"1")
        if kind in (TypeKind.BOOL, TypeKind.POINTER) + INTEGERS:
            self.add("return-zero", *self.range(children[0]), b"0")

    def flips(self, cursor):
        for token in cursor.get_tokens():
            if token.kind == TokenKind.IDENTIFIER and token.spelling in ("true", "false"):
                begin = token.extent.start.offset
                self.add("flip", begin, begin + len(token.spelling), b"false" if token.spelling == "true" else b"true")


def function_of(cursor, source):
    if cursor.kind != CursorKind.FUNCTION_DECL or cursor.type.is_function_variadic():
        return None
    body = list(cursor.get_children())[-1]
    name, begin = cursor.spelling.encode(), cursor.extent.start.offset
    head = source[begin:body.extent.start.offset]
    at = re.search(rb"\b%s(?=[()])" % name, head)  # where a macro makes it, it is an argument
    if body.kind != CursorKind.COMPOUND_STMT or at is None:
        return None
    return Function(name, begin, begin + at.start(), begin + len(head), cursor.extent.end.offset,
                    tuple(argument.spelling.encode() for argument in cursor.get_arguments()))


def mutants(path, source, arguments):
    """All mutants of the file, in the order of its text; arguments are those of the compiler."""
    unit = Index.create().parse(path, arguments, [(path, source.decode())],
                                TranslationUnit.PARSE_DETAILED_PROCESSING_RECORD)
    errors = [str(d) for d in unit.diagnostics if d.severity >= 3]
    if errors:
        raise ValueError(f"{path}: libclang cannot read it: {errors[0]}")
    places = Places(path, source, unit)
    result = []
    for cursor in unit.cursor.get_children():
        if cursor.kind not in (CursorKind.FUNCTION_DECL, CursorKind.VAR_DECL) or not places.own(cursor):
            continue
        places.found = []
        places.walk(cursor, cursor, cursor.result_type if cursor.kind == CursorKind.FUNCTION_DECL else None)
        places.flips(cursor)
        ordinals = Counter()
        for begin, end, operator, text in sorted(set(places.found)):
            ordinals[operator] += 1
            name = f"{path}:{cursor.spelling}:{operator}:{ordinals[operator]}"
            result.append(Mutant(name, path, begin, end, text, function_of(cursor, source)))
    return result
