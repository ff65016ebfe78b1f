"""Position-based random numbers: the same at a place, whichever region it is rendered with."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napari_rocks2net.synthetic.plane.window import strips

Bits = NDArray[np.uint64]
Floats = NDArray[np.float32]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_LANES = np.uint64(0x0000FFFF0000FFFF)


def splitmix64(bits: Bits) -> Bits:
    """Return 64-bit numbers of any shape scrambled, so that neighbours have nothing in common.

    Notes
    -----
    The finaliser of SplitMix64 (Steele, Lea & Flood 2014, "Fast Splittable Pseudorandom Number Generators").
    """
    bits = bits + _GOLDEN
    bits ^= bits >> np.uint64(30)
    bits *= _FIRST
    bits ^= bits >> np.uint64(27)
    bits *= _SECOND
    bits ^= bits >> np.uint64(31)
    return bits


@dataclass(frozen=True)
class PositionRNG:
    """A random number generator with branches of its own for every purpose."""

    key: int  # 0 to 2**64 - 1; equal keys give equal numbers.

    @classmethod
    def from_seed(cls, seed: int) -> PositionRNG:
        """Return the generator of a seed of 0 or more."""
        return cls(int(np.random.SeedSequence(seed).generate_state(1, np.uint64)[0]))

    def branch(self, *names: str | int) -> PositionRNG:
        """Return the generator for one purpose: independent of all other names."""
        bits = np.array([self.key], dtype=np.uint64)
        for name in names:
            number = zlib.crc32(name.encode()) if isinstance(name, str) else name & 0xFFFFFFFFFFFFFFFF
            bits = splitmix64(bits ^ np.array([number], dtype=np.uint64))
        return PositionRNG(int(bits[0]))

    def generator(self) -> np.random.Generator:
        """Return an ordinary generator for choices that hold for the whole section."""
        return np.random.default_rng(self.key)

    def bits(self, identities: NDArray[np.int64]) -> Bits:
        """Return 64 random bits, uint64, for each identity: the number of a grain or place."""
        return splitmix64(identities.astype(np.uint64) ^ np.uint64(self.key))

    def uniform(self, identities: NDArray[np.int64], low: float = 0.0, high: float = 1.0) -> Floats:
        """Return an even random number for each identity, float32 of the same shape.

        Parameters
        ----------
        identities : ndarray, int64
            Numbers of grains or places.
        low, high : float
            Range of the numbers.
        """
        share = (self.bits(identities) >> np.uint64(40)).astype(np.float32) * np.float32(2.0**-24)
        return np.asarray(low + (high - low) * share, dtype=np.float32)

    def uniforms(self, identities: NDArray[np.int64], count: int) -> Floats:
        """Return several independent numbers from 0 to 1, in steps of 2**-16, for each identity.

        Parameters
        ----------
        identities : ndarray, shape (N,), int64
            Numbers of grains or places.
        count : int
            How many each; they come as (count, N) float32.
        """
        bits = [self.branch(part).bits(identities) for part in range(-(-count // 4))]
        quarters = np.concatenate([one.view(np.uint16).reshape(-1, 4).T for one in bits])
        return quarters[:count] * np.float32(2.0**-16)

    def normal(self, identities: NDArray[np.int64]) -> Floats:
        """Return a number of mean 0 and standard deviation 1 for each identity.

        Notes
        -----
        The sum of four even numbers: bell-shaped, never beyond 3.5 standard deviations.
        """
        return _bell(self.bits(identities))

    def normal_lattice(self, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> Floats:
        """Return a number of mean 0 and standard deviation 1 for each node of a lattice, (R, C) float32.

        Parameters
        ----------
        rows, columns : ndarray, shape (R,) and (C,), int64
            Numbers of the nodes along each axis, of any sign.
        """
        return np.concatenate([_bell(bits) for bits in self._lattice(rows, columns)])

    def colour_lattice(self, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> Floats:
        """Return three such numbers for each node, (3, R, C) float32, half of them shared.

        They are like the noise of a sensor whose pixels look through one colour each.

        Parameters
        ----------
        rows, columns : ndarray, shape (R,) and (C,), int64
            See `normal_lattice`.
        """
        return np.concatenate([_colours(bits) for bits in self._lattice(rows, columns)], axis=1)

    def _lattice(self, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> Iterator[Bits]:
        """Yield 64 random bits for each node of a lattice, strip by strip."""
        down, right = self.bits(rows)[:, None], columns.astype(np.uint64)[None, :]
        for strip in strips(len(rows)):
            yield splitmix64(down[strip] ^ right)


def _colours(bits: Bits) -> Floats:
    """Add the last 16-bit part of each number to each of the others and scale to unit variance."""
    quarters = np.moveaxis(bits.view(np.uint16).reshape((*bits.shape, 4)), -1, 0).astype(np.float32, "C")
    total = quarters[:3] + quarters[3:]
    total *= np.float32(2.0**-16)
    total -= np.float32(1.0)
    total *= np.float32(np.sqrt(6.0))
    return np.asarray(total)


def _bell(bits: Bits) -> Floats:
    """Add up the four 16-bit parts of each number and scale to unit variance."""
    pairs = (bits & _LANES) + ((bits >> np.uint64(16)) & _LANES)
    pairs += pairs >> np.uint64(32)
    total = (pairs & np.uint64(0xFFFFFFFF)).astype(np.float32)
    total *= np.float32(2.0**-16)
    total -= np.float32(2.0)
    total *= np.float32(np.sqrt(3.0))
    return np.asarray(total)
