"""The command ``followme-train``: TASK, then what to do with it."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence

from followme_training.common.wording import did_you_mean

#: Tasks and the module that has their verbs; imported only when asked for, as torch takes seconds.
TASKS = {
    "classification": "followme_training.classification.command",
    "depth": "followme_training.depth.command",
    "detection": "followme_training.detection.command",
    "gan": "followme_training.gan.command",
    "segmentation": "followme_training.segmentation.command",
    "synthetic": "followme_training.synthetic.command",
}
#: What can be done with each, in the order in which one does it.
VERBS = {
    "data": "say what a settings file trains and validates on, and draw what the network will see",
    "fit": "train, or go on with --ckpt_path last",
    "between": "average the weights of a run with those that it began from",
    "tune": "search for good settings, in any number of processes, and say which of them matter",
    "evaluate": "measure a run or an ONNX file on what was held out, or on data of your own",
    "export": "write the ONNX file with its card, and the report of the run",
    "show": "draw what a network says of images",
    "label": "write labels of images that have boxes, to train with",
    "render": "draw the frames of a scene file with Blender, and what is true of each pixel",
    "speed": "time networks beside torchvision's, in a table and a plot",
    "study": "train one settings file in variants, and compare them in a table and a plot",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0 on success, 2 on a user's mistake."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given or given[0] in ("-h", "--help"):
        print(usage())
        return 0 if given else 2
    try:
        task = _known("task", given[0], TASKS)
        verb = _known("verb", given[1] if len(given) > 1 else "", VERBS)
        verbs = importlib.import_module(TASKS[task]).VERBS
        if verb not in verbs:
            raise ValueError(f"task {task!r} has no verb {verb!r}; it has {', '.join(verbs)}")
        code: int = verbs[verb](given[2:])
    except ValueError as error:
        # every error that a user can mend is one, and says how in a sentence
        print(f"followme-train: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # whoever read our lines has enough; what is still to be flushed goes nowhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("followme-train: stopped; '--ckpt_path last' goes on from the last checkpoint")
        return 130
    return code


def usage() -> str:
    """Return what the command can do."""
    lines = ["usage: followme-train TASK VERB [options]", "", f"tasks: {', '.join(TASKS)}", ""]
    lines += [f"  {verb:<10}{words}" for verb, words in VERBS.items()]
    return "\n".join([*lines, "", "followme-train TASK VERB --help has the options."])


def _known(kind: str, word: str, known: dict[str, str]) -> str:
    if word not in known:
        said = f"{kind} {word!r} is unknown" if word else f"a {kind} is missing"
        raise ValueError(f"{said}{did_you_mean(word, known)}; known are {', '.join(known)}")
    return word


if __name__ == "__main__":
    sys.exit(main())
