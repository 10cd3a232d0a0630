"""Classes and superclasses of CIFAR-100, in its official order.

Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009. Single files of the set
have numbers only.
"""

from __future__ import annotations

from followme_training.classification.labelled_images import ClassNames

_SUPERCLASSES = {
    "aquatic_mammals": "beaver dolphin otter seal whale",
    "fish": "aquarium_fish flatfish ray shark trout",
    "flowers": "orchid poppy rose sunflower tulip",
    "food_containers": "bottle bowl can cup plate",
    "fruit_and_vegetables": "apple mushroom orange pear sweet_pepper",
    "household_electrical_devices": "clock keyboard lamp telephone television",
    "household_furniture": "bed chair couch table wardrobe",
    "insects": "bee beetle butterfly caterpillar cockroach",
    "large_carnivores": "bear leopard lion tiger wolf",
    "large_man-made_outdoor_things": "bridge castle house road skyscraper",
    "large_natural_outdoor_scenes": "cloud forest mountain plain sea",
    "large_omnivores_and_herbivores": "camel cattle chimpanzee elephant kangaroo",
    "medium_mammals": "fox porcupine possum raccoon skunk",
    "non-insect_invertebrates": "crab lobster snail spider worm",
    "people": "baby boy girl man woman",
    "reptiles": "crocodile dinosaur lizard snake turtle",
    "small_mammals": "hamster mouse rabbit shrew squirrel",
    "trees": "maple_tree oak_tree palm_tree pine_tree willow_tree",
    "vehicles_1": "bicycle bus motorcycle pickup_truck train",
    "vehicles_2": "lawn_mower rocket streetcar tank tractor",
}
_GROUP_OF = {
    name: number
    for number, members in enumerate(_SUPERCLASSES.values())
    for name in members.split()
}
#: The hundred classes; the official order is that of their names.
FINE = ClassNames(
    tuple(sorted(_GROUP_OF)),
    tuple(_GROUP_OF[name] for name in sorted(_GROUP_OF)),
    tuple(_SUPERCLASSES),
)
#: The twenty superclasses as classes.
COARSE = ClassNames(FINE.group_names)
