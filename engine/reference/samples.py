"""Sample paths for the portability check: the worked examples of a bundle, and paths made from seeds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.bundles.case import start_variables
from engine.bundles.examples import Act, example_files, read_example
from engine.bundles.guide import guide_for
from engine.bundles.reader import read_bundle
from engine.runtime.step import Context
from engine.values import Variables
from engine.words import Words

_MADE = Words("{name}：另一条路径 {number}", "{name}: another path {number}")


@dataclass(frozen=True, slots=True)
class Sample:
    """One path. `acts` are done in their order; without them (None) acts are chosen by the seed."""

    name: Words
    variables: Variables
    acts: tuple[Act, ...] | None = None
    seed: int = 0


def bundle_samples(files: Mapping[str, bytes], context: Context, *, made: int = 2) -> tuple[Sample, ...]:
    """Every worked example of the bundle that completes steps alone, then `made` other paths from each one's start.

    Raises DefinitionInvalid where the bundle or an example cannot be read.
    """
    bundle = read_bundle(files)
    examples, others = [], []
    for path in example_files(files):
        example = read_example(files[path], path)
        if not example.is_told_by_steps:  # timers, messages and jobs with results are beyond the samples
            continue
        guide = guide_for(bundle, example.guided, context)
        variables = start_variables(bundle, guide, {**example.answers, **example.guided}, example.ways)
        examples.append(Sample(example.name, variables, example.acts))
        others += [
            Sample(_named(example.name, number), variables, seed=100 * len(examples) + number)
            for number in range(1, made + 1)
        ]
    return (*examples, *others)


def _named(name: Words, number: int) -> Words:
    zh, en = name.zh, name.en or name.zh
    return Words(_MADE.zh.format(name=zh, number=number), _MADE.en.format(name=en, number=number))
