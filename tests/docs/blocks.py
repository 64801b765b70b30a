"""Makes one program of the C++ blocks in the documentation: blocks.py OUTPUT FILE...

Each block between ```cpp and ``` becomes a function. What it takes for granted stands before it in a comment of the page
that readers do not see:

    <!-- given:
    const inkling::GreyImage photo = …;
    -->

A block with a main is a whole program. Errors of the compiler name the page and the line.
"""

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts/docs_site"))
import markdown


def numbered(page, line, code):
    """The #include lines of some code, and the rest, each with its place in the page."""
    includes, rest = [], []
    for number, text in enumerate(code.splitlines(), line):
        (includes if text.startswith("#include") else rest).append(f'#line {number} "{page}"\n{text}\n')
    return includes, "".join(rest)


def blocks(page):
    for block in markdown.blocks(page):
        if block.language != "cpp" or block.not_run:
            continue
        given_includes, given = numbered(page, block.given_line, block.given)
        includes, code = numbered(page, block.line, block.code)
        yield re.sub(r"\W", "_", f"{page.stem}_{block.line}"), given_includes + includes, given, code


def program(pages):
    all_includes, functions, calls = [], [], []
    for page in pages:
        for name, includes, given, code in blocks(page):
            all_includes += includes
            if re.search(r"^int main\(", code, re.MULTILINE):
                body = re.sub(r"\}\s*$", "return 0;\n}\n", code.replace("int main(", "int run("))
                functions.append(f"namespace {name}_program {{\n{given}{body}\n}}\n")
                calls.append((name, f"{name}_program::run()"))
            else:
                functions.append(f"void {name}() {{\n{given}{code}\n}}\n")
                calls.append((name, f"{name}()"))
    runs = "".join(f'  std::cout << "{name}" << std::endl;\n  {call};\n' for name, call in calls)
    return "".join([*all_includes, '#line 1 "blocks"\n#include <iostream>\n', "".join(functions),
                    '#line 1 "main"\nint main() try {\n', runs,
                    '} catch (const std::exception& error) {\n  std::cerr << error.what() << std::endl;\n  return 1;\n}\n'])


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(program([Path(name) for name in sys.argv[2:]]))
