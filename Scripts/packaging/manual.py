"""Manual pages and completions, from what the program says of itself."""

import json
import subprocess


def output_of(program, *arguments):
    return subprocess.run(
        [str(program)] + list(arguments), check=True, stdout=subprocess.PIPE, universal_newlines=True).stdout


def write_completions(program, share):
    """Completions for bash, zsh and fish, where each looks for them below a prefix's `share`."""
    places = {"bash": "bash-completion/completions/ssrm", "zsh": "zsh/site-functions/_ssrm",
              "fish": "fish/vendor_completions.d/ssrm.fish"}
    for shell, place in places.items():
        (share / place).parent.mkdir(parents=True, exist_ok=True)
        (share / place).write_text(output_of(program, "--generate-completion-script", shell))


def write_manual(program, folder):
    """A page a command: ssrm.1, ssrm-pretrain.1, ssrm-data-pmd.1 …"""
    described = json.loads(output_of(program, "--experimental-dump-help"))
    version = output_of(program, "--version").strip()
    folder.mkdir(parents=True, exist_ok=True)
    write_pages(described["command"], [], version, folder)


def write_pages(command, above, version, folder):
    names = above + [command["commandName"]]
    if not command.get("shouldDisplay", True) or names == ["ssrm", "help"]:
        return
    (folder / ("-".join(names) + ".1")).write_text(page(command, names, version))
    for below in command.get("subcommands", []):
        write_pages(below, names, version, folder)


def plain(text):
    """Text as it is: no character of it is a request or an escape."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join("\\&" + line if line[:1] in (".", "'") else line for line in text.splitlines())


def option_name(argument):
    marks = {"long": "--", "short": "-", "longWithSingleDash": "-"}
    if argument["kind"] == "positional":
        return "<%s>" % argument.get("valueName", "")
    names = ", ".join(marks[name["kind"]] + name["name"] for name in argument.get("names", []))
    return names + (" <%s>" % argument["valueName"] if argument["kind"] == "option" else "")


def synopsis(argument):
    name = option_name(argument).split(", ")[-1]
    if argument.get("isRepeating"):
        name += " ..."
    return "[%s]" % name if argument.get("isOptional") else name


def page(command, names, version):
    shown = [a for a in command.get("arguments", []) if a.get("shouldDisplay", True)]
    below = [c for c in command.get("subcommands", []) if c.get("shouldDisplay", True) and c["commandName"] != "help"]
    name = "-".join(names)
    lines = [".TH %s 1 \"\" \"ssrm %s\" \"ssrm\"" % (name.upper(), version), ".SH NAME"]
    lines.append("%s \\- %s" % (plain(name), plain(command.get("abstract", "").rstrip("."))))
    usage = [" ".join(names)] + [synopsis(a) for a in shown] + (["<command>"] if below else [])
    lines += [".SH SYNOPSIS", plain(" ".join(usage))]
    if command.get("discussion"):
        # An example's lines stay as they are, and so do the paragraphs before it.
        lines += [".SH DESCRIPTION"]
        for block in command["discussion"].split("\n\n"):
            is_example = block.startswith("Example") or "\n  " in block
            lines += [".PP"] + ([".nf", plain(block), ".fi"] if is_example else [plain(block)])
    if below:
        lines.append(".SH COMMANDS")
        for other in below:
            lines += [".TP", "\\fB%s\\fR(1)" % plain("-".join(names + [other["commandName"]])),
                      plain(other.get("abstract", ""))]
    if shown:
        lines.append(".SH OPTIONS")
        for argument in shown:
            text = argument.get("abstract", "")
            if argument.get("defaultValue") and argument["kind"] != "flag":
                text += " (default: %s)" % argument["defaultValue"]
            lines += [".TP", "\\fB%s\\fR" % plain(option_name(argument)), plain(text or " ")]
    if len(names) > 1:
        lines += [".SH SEE ALSO", "\\fB%s\\fR(1)" % plain("-".join(names[:-1]))]
    return "\n".join(lines) + "\n"
