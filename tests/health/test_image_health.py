from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

from followme.health.image_health import ImageJudge
from followme.settings import ImageHealthSettings
from followme.values.depth_map import ImageState

MS = 1_000_000
RNG = np.random.default_rng(1)


def a_scene(width: int = 64, height: int = 48, mean: float = 120.0) -> np.ndarray:
    """Return a picture with large shapes and sharp edges, never the same noise twice."""
    shapes = 60.0 * np.sign(
        np.sin(np.arange(width) / 5.0) * np.cos(np.arange(height) / 4.0)[:, None]
    )
    noise = RNG.normal(0.0, 2.0, (height, width, 3))
    return np.clip(mean + shapes[..., None] + noise, 0, 255).astype(np.uint8)


def flat(value: float, noise: float = 1.0, size: tuple[int, int] = (48, 64)) -> np.ndarray:
    """Return an even surface with the noise of a sensor."""
    noisy = value + RNG.normal(0.0, noise, (*size, 3))
    return np.clip(noisy, 0, 255).astype(np.uint8)


def blurred(image: np.ndarray) -> np.ndarray:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), 6.0), np.uint8)


@pytest.fixture
def judge() -> ImageJudge:
    return ImageJudge(ImageHealthSettings())


def see_well(judge: ImageJudge, seconds: float, begin_s: float = 0.0, **scene: int) -> int:
    """Show ten good images a second and return the stamp of the next one."""
    for n in range(round(seconds * 10)):
        health = judge.judge(a_scene(**scene), round((begin_s + n / 10) * 1e9))
        assert health.state is ImageState.OK
    return round((begin_s + seconds) * 1e9)


@pytest.mark.parametrize("size", [(1, 1), (1, 700), (700, 1), (2, 3), (48, 64), (480, 640)])
def test_images_of_any_size_are_judged(judge, size):
    health = judge.judge(np.full((*size, 3), 128, np.uint8), 0)
    assert health.state is ImageState.COVERED
    assert health.luma == 128.0
    assert health.contrast == 0.0
    assert health.sharpness == 0.0


def test_a_good_image_is_ok_and_its_figures_are_given(judge):
    image = a_scene()
    health = judge.judge(image, 0)
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(float)
    assert health.state is ImageState.OK
    assert health.luma == pytest.approx(grey.mean())
    assert health.contrast == pytest.approx(grey.std())
    assert health.sharpness == pytest.approx(cv2.Laplacian(grey, cv2.CV_64F).var())


@pytest.mark.parametrize(
    ("image", "state"),
    [
        (flat(0.0), ImageState.DARK),
        (flat(11.0), ImageState.DARK),
        (flat(13.0), ImageState.DARK),  # light that fades takes the contrast first
        (flat(23.0), ImageState.DARK),
        (flat(25.0), ImageState.COVERED),
        (flat(13.0, noise=9.0), ImageState.OK),
        (flat(128.0), ImageState.COVERED),
        (flat(242.0), ImageState.COVERED),
        (flat(244.5), ImageState.BRIGHT),
        (flat(255.0), ImageState.BRIGHT),
        (flat(128.0, noise=20.0), ImageState.OK),
    ],
)
def test_dark_bright_and_covered_by_the_figures_of_b4(judge, image, state):
    assert judge.judge(image, 0).state is state


def test_sensor_noise_of_a_large_image_is_no_contrast(judge):
    assert judge.judge(flat(128.0, noise=6.0, size=(480, 640)), 0).state is ImageState.COVERED


@pytest.mark.parametrize(
    ("ms", "state"), [(0, ImageState.OK), (499, ImageState.OK), (500, ImageState.FROZEN)]
)
def test_the_same_image_is_frozen_only_after_half_a_second(judge, ms, state):
    image = a_scene()
    judge.judge(image, 0)
    assert judge.judge(image.copy(), ms * MS).state is state


def test_a_single_different_pixel_is_a_new_image(judge):
    image = a_scene()
    for n in range(12):
        image[17, 5, 1] ^= 1
        assert judge.judge(image, n * 100 * MS).state is ImageState.OK


def test_a_source_that_writes_into_the_same_memory_is_not_frozen(judge):
    memory = np.empty((48, 64, 3), np.uint8)
    for n in range(12):
        memory[:] = a_scene()
        assert judge.judge(memory, n * 100 * MS).state is ImageState.OK


def test_a_frozen_camera_is_well_again_with_its_next_new_image(judge):
    image = a_scene()
    for n in range(8):
        state = judge.judge(image, n * 100 * MS).state
    assert state is ImageState.FROZEN
    assert judge.judge(a_scene(), 800 * MS).state is ImageState.OK
    assert judge.judge(image, 900 * MS).state is ImageState.OK


def test_a_frozen_dark_image_is_called_dark(judge):
    image = flat(3.0)
    judge.judge(image, 0)
    assert judge.judge(image, 1000 * MS).state is ImageState.DARK


def test_time_going_back_counts_the_same_image_anew(judge):
    image = a_scene()
    judge.judge(image, 10_000 * MS)
    assert judge.judge(image, 0).state is ImageState.OK
    assert judge.judge(image, 499 * MS).state is ImageState.OK
    assert judge.judge(image, 500 * MS).state is ImageState.FROZEN


def test_another_size_is_another_image(judge):
    judge.judge(a_scene(64, 48), 0)
    assert judge.judge(a_scene(48, 64), 600 * MS).state is ImageState.OK
    assert judge.judge(a_scene(64, 48), 1200 * MS).state is ImageState.OK


def test_much_less_sharp_than_usual_is_blurred_until_it_is_sharp_again(judge):
    next_ns = see_well(judge, 2.0)
    assert judge.judge(blurred(a_scene()), next_ns).state is ImageState.BLURRED
    assert judge.judge(a_scene(), next_ns + 100 * MS).state is ImageState.OK


def test_a_little_less_sharp_is_not_blurred(judge):
    next_ns = see_well(judge, 2.0)
    sharp = judge.judge(a_scene(), next_ns)
    softer = cv2.addWeighted(a_scene(), 0.6, blurred(a_scene()), 0.4, 0)
    health = judge.judge(softer, next_ns + 100 * MS)
    assert 0.25 < health.sharpness / sharp.sharpness < 0.9
    assert health.state is ImageState.OK


def test_what_is_usual_is_unknown_in_the_first_second(judge):
    next_ns = see_well(judge, 0.5)
    assert judge.judge(blurred(a_scene()), next_ns).state is ImageState.OK


def test_a_scene_that_stays_soft_becomes_usual(judge):
    next_ns = see_well(judge, 2.0)
    states = [judge.judge(blurred(a_scene()), next_ns + n * 100 * MS).state for n in range(110)]
    assert states[0] is ImageState.BLURRED
    assert states[-1] is ImageState.OK


def test_images_that_were_covered_do_not_change_what_is_usual(judge):
    next_ns = see_well(judge, 2.0)
    for n in range(50):
        judge.judge(flat(128.0), next_ns + n * 100 * MS)
    assert judge.judge(blurred(a_scene()), next_ns + 5000 * MS).state is ImageState.BLURRED


@pytest.mark.parametrize("change", ["size", "time", "reset"])
def test_what_is_usual_is_forgotten_when_another_camera_or_time_begins(judge, change):
    next_ns = see_well(judge, 3.0)
    image = blurred(a_scene())
    if change == "size":
        image = blurred(a_scene(96, 72))
    elif change == "time":
        next_ns = 0
    else:
        judge.reset()
    assert judge.judge(image, next_ns).state is ImageState.OK


def test_what_is_usual_is_learnt_anew_after_time_went_back(judge):
    see_well(judge, 2.0, begin_s=100.0)
    next_ns = see_well(judge, 2.0)
    assert judge.judge(blurred(a_scene()), next_ns).state is ImageState.BLURRED


def test_reset_forgets_the_last_image(judge):
    image = a_scene()
    judge.judge(image, 0)
    judge.reset()
    assert judge.judge(image, 600 * MS).state is ImageState.OK


def test_limits_come_from_the_settings():
    eager = ImageJudge(ImageHealthSettings(dark_luma=100.0, bright_luma=110.0, frozen_s=0.05))
    assert eager.judge(a_scene(mean=90), 0).state is ImageState.DARK
    assert eager.judge(a_scene(mean=120), 0).state is ImageState.BRIGHT


def test_figures_are_numbers_always(judge):
    health = judge.judge(flat(0.0, noise=0.0), 0)
    assert all(math.isfinite(v) for v in (health.luma, health.contrast, health.sharpness))


def test_a_real_image_is_well_and_frozen_when_it_stays(judge, data_dir):
    file = min((data_dir / "hallway").glob("*.jpg"))
    image = np.asarray(cv2.imread(str(file)), np.uint8)
    assert judge.judge(image, 0).state is ImageState.OK
    assert judge.judge(image, 600 * MS).state is ImageState.FROZEN
