# SPDX-License-Identifier: MIT
"""A build tree in which one object at a time is another: compiles it, and links a test program with it.

The commands are those of the tree's own Makefile. An object that stands before libcore.a, in an archive of its own,
defines what its original there defines: the linker takes it where it would take that one, and leaves that one out.
"""
import fcntl
import os
import re
import shlex
import shutil
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
SANITIZED = ("CFLAGS=-O1", "--with-sanitizer=address,undefined")
PLAIN = ("CFLAGS=-O1",)


class Build:
    def __init__(self, top, folder):
        self.top, self.folder = top, os.path.abspath(folder)
        self.work = os.path.join(self.folder, "mutants")
        self.commands = {}

    def prepare(self, programs, *options):
        """Configures the tree unless it is, and builds what the mutants are linked with."""
        os.makedirs(self.folder, exist_ok=True)
        commands = [["make", *programs]] if programs else []
        if not os.path.exists(os.path.join(self.folder, "Makefile")):
            commands.insert(0, [os.path.join(self.top, "configure"), *options])
        with open(os.path.join(self.folder, "mutation.out"), "wb") as log:
            for command in commands:
                if subprocess.run(command, cwd=self.folder, stdout=log, stderr=log, check=False).returncode != 0:
                    raise SystemExit(f"{command[0]} failed: see {log.name}")

    def begin(self):
        os.makedirs(self.work, exist_ok=True)
        self.lock = open(os.path.join(self.work, "lock"), "wb")  # held until the process ends: one mutant at a time
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        compile_ = shlex.split(self.variable("COMPILE"))
        self.compile = [*(word for word in compile_[compile_[0] == "ccache":] if word != "--coverage"), "-w", "-x", "c"]
        linkers = [f"-fuse-ld={name}" for name in ("mold", "lld", "gold") if shutil.which("ld." + name)]
        self.linker = linkers[:1]
        self.object, self.archive = (os.path.join(self.work, name) for name in ("mutant.o", "libmutant.a"))
        self.serve, self.one_process = (self.own(name) for name in ("serve", "one_process"))
        sanitizers = re.compile(r"-O\w|-fsanitize|-fno-sanitize|-fno-omit|-g")
        self.optimized = [*(word for word in self.compile if not sanitizers.match(word)), "-O2", "-S", "-o", "-", "-"]

    def run(self, command, **how):
        return subprocess.run(command, cwd=self.folder, check=True, **how)

    def variable(self, name):
        """What the Makefile has of it; making the Makefile itself anew may say something too."""
        make = self.run(["make", "--no-print-directory", f"--eval=mutant: ; $(info mutant=$({name}))@:", "mutant"],
                        capture_output=True, text=True)
        return re.search("^mutant=(.*)$", make.stdout, re.M)[1].strip()

    def source(self, path):
        with open(os.path.join(self.top, path), "rb") as file:
            return file.read()

    def arguments(self):
        """What libclang needs of the compiler's command."""
        words = [word for word in self.compile if re.match("-[DI]", word)]
        return [re.sub("^-I(?!/)", f"-I{self.folder}/", word) for word in words]

    def own(self, name):
        path = os.path.join(self.work, f"{name}.o")
        self.run([*self.compile, "-c", "-o", path, os.path.join(HERE, f"{name}.c")])
        return path

    def errors(self, text):
        """What the compiler says of it; nothing: it compiles."""
        done = subprocess.run([*self.compile, "-fsyntax-only", "-"], input=text, cwd=self.folder, capture_output=True,
                              env={**os.environ, "LC_ALL": "C"}, check=False)
        return done.stderr if done.returncode != 0 else b""

    def compiled(self, text):
        """Makes it the object that programs are linked with from now on."""
        self.run([*self.compile, "-c", "-o", self.object, "-"], input=text)
        self.run(["ar", "rcs", self.archive, self.object])

    def assembler(self, source):
        """The optimized code, which two texts of one meaning may have in common."""
        return self.run(self.optimized, input=source, capture_output=True).stdout

    def program(self, name):
        """The test program with the object in it."""
        path = os.path.join(self.work, f"mutant-{os.path.basename(name)}")
        linker, rest = self.link(name)
        self.run([*linker, "-o", path, *rest])
        return path

    def link(self, name):
        if name not in self.commands:
            key = re.sub(r"\W", "_", name)
            linker = shlex.split(self.variable(f"{key}_LINK") or self.variable("LINK"))
            rest = shlex.split(self.variable(f"{key}_OBJECTS) $({key}_LDADD) $(LIBS"))
            rest = [word for each in rest for word in ([self.archive, each] if each.endswith("libcore.a") else [each])]
            own = [self.serve, self.one_process] if name.endswith(".t") else [self.serve]
            self.commands[name] = [*linker[linker[0] == "ccache":-2], *self.linker], own + rest
        return self.commands[name]
