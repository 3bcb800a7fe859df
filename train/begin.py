"""Begins a network with what another one has learnt, read from its exported .tflite, such as the one that ships.

Where nobody kept the .keras, the file that ships is all there is to go on from. Its convolutions have batch
normalisation folded in; here it is unfolded again, so that training goes on as if it had never been folded. What int8
rounded stays rounded, a tenth of a point at the beginning. A deeper network begins as the same function: one more
convolution at the end of a stage hands on what it gets (Chen, Goodfellow and Shlens 2016, Net2DeeperNet,
arXiv:1511.05641).
"""

import re
from pathlib import Path

import keras
import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from train.config import ConfigError

# Of the whole of a fresh kernel's spread; without it what is new in a deeper network would learn slowly.
NOISE = 0.1
BATCH = 256

_KERNEL = re.compile(r"/(stage\d+_\d+)(?:_\d+)?/convolution$")
_BIAS = re.compile(r"/(stage\d+_\d+)_bn(?:_\d+)?/")
_HEAD = re.compile(r"/(\w+?_logits)(?:_\d+)?/(MatMul|BiasAdd)$")

Layers = dict[str, tuple[np.ndarray, np.ndarray]]


def read_layers(path: Path) -> Layers:
    """Kernel and bias of each layer by its name in ``train.model``, float32, with batch normalisation folded in.

    Kernels are (3, 3, in, out) of convolutions and (in, out) of the heads.

    Raises:
        ConfigError: no file of ours.
    """
    try:
        # Without its delegate, which keeps weights in a form of its own.
        reference = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
        interpreter = Interpreter(model_path=str(path), experimental_op_resolver_type=reference)
        interpreter.allocate_tensors()
    except (ValueError, RuntimeError) as error:
        raise ConfigError(f"{path} is no exported network: {error}") from error
    kernels, biases = {}, {}
    for detail in interpreter.get_tensor_details():
        name, rank = detail["name"], len(detail["shape"])
        if rank == 4 and (found := _KERNEL.search(name)):
            kernels[found[1]] = _real(interpreter, detail).transpose(1, 2, 3, 0)
        elif rank == 1 and (found := _BIAS.search(name)):
            biases[found[1]] = _real(interpreter, detail)
        elif found := _HEAD.search(name):
            if rank == 2 and found[2] == "MatMul":
                kernels[found[1]] = _real(interpreter, detail).T
            elif rank == 1:
                biases[found[1]] = _real(interpreter, detail)
    if not kernels or kernels.keys() != biases.keys():
        raise ConfigError(f"{path} holds no layers of ours: export it with `python -m train.export`.")
    return {name: (kernel, biases[name]) for name, kernel in kernels.items()}


def _real(interpreter: Interpreter, detail: dict) -> np.ndarray:
    """The values of one constant, whatever it is stored as."""
    values, scales = interpreter.get_tensor(detail["index"]), detail["quantization_parameters"]["scales"]
    if not len(scales):
        return values.astype(np.float32)
    shape = [1] * values.ndim
    shape[detail["quantization_parameters"]["quantized_dimension"]] = -1
    return (values * scales.reshape(shape)).astype(np.float32)  # weights have their zero at zero


def begin_with(model: keras.Model, known: Layers, crops: np.ndarray, seed: int) -> None:
    """Gives ``model`` these layers; one more convolution at the end of a stage hands on what it gets.

    Args:
        known: as ``read_layers`` gives them.
        crops: (n, 48, 48, 1) uint8 as the network gets them; batch normalisation takes its means from these.
        seed: of the little noise in what is new.

    Raises:
        ConfigError: a known layer has no place in ``model``, or an unknown one cannot hand on what it gets.
    """
    rng = np.random.default_rng(seed)
    convolutions = [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]
    heads = [layer for layer in model.layers if isinstance(layer, keras.layers.Dense)]
    if left := sorted(known.keys() - {layer.name for layer in (*convolutions, *heads)}):
        raise ConfigError(f"The network to begin with has {', '.join(left)}, these stages have not.")
    for layer in (*convolutions, *heads):
        kernel, bias = known.get(layer.name) or _handing_on(layer, rng)
        if kernel.shape != tuple(layer.kernel.shape):
            raise ConfigError(f"{layer.name} to begin with is {kernel.shape}, these stages want {layer.kernel.shape}.")
        if layer in heads:
            layer.set_weights([kernel, bias])
        else:
            layer.set_weights([kernel])
            # As if nothing were normalised, so that everything behind it sees what it will see in the end.
            normal = model.get_layer(f"{layer.name}_bn")
            ones = np.ones_like(bias)
            normal.set_weights([ones * np.sqrt(1 + normal.epsilon), bias, 0 * ones, ones])
    _unfold(model, convolutions, crops)


def _handing_on(layer: keras.layers.Layer, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Kernel and bias of a 3x3 convolution that gives what it gets, which ReLU before and after it leave as it is."""
    height, width, inputs, outputs = layer.kernel.shape if layer.kernel.ndim == 4 else (0, 0, 0, 0)
    if not inputs or inputs != outputs:
        raise ConfigError(f"{layer.name} is new and changes the number of channels: it cannot begin as nothing.")
    kernel = rng.normal(0, NOISE * np.sqrt(2 / (height * width * inputs)), layer.kernel.shape)
    kernel[height // 2, width // 2] += np.eye(inputs)
    return kernel.astype(np.float32), np.zeros(outputs, np.float32)


def _unfold(model: keras.Model, convolutions: list[keras.layers.Layer], crops: np.ndarray) -> None:
    """Batch normalisation gets mean and variance of these crops; its gain and offset make the function the same."""
    seen = keras.Model(model.inputs, [layer.output for layer in convolutions])
    sums = [np.zeros((2, layer.filters)) for layer in convolutions]
    pixels = [0] * len(convolutions)
    for start in range(0, len(crops), BATCH):
        for number, output in enumerate(seen.predict_on_batch(crops[start : start + BATCH])):
            values = keras.ops.convert_to_numpy(keras.ops.cast(output, "float32")).reshape(-1, output.shape[-1])
            sums[number] += [values.sum(axis=0), np.square(values, dtype=np.float64).sum(axis=0)]
            pixels[number] += len(values)
    for layer, (total, squares), count in zip(convolutions, sums, pixels, strict=True):
        mean = total / count
        variance = np.maximum(squares / count - mean**2, 0)
        normal = model.get_layer(f"{layer.name}_bn")
        _, bias, _, _ = normal.get_weights()
        normal.set_weights([np.sqrt(variance + normal.epsilon), bias + mean, mean, variance])
