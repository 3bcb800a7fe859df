"""The network: one trunk of 3x3 convolutions, two heads. Plain Keras, so it runs on any Keras backend."""

import keras
from keras import layers

from train.ferplus import HEADS


@keras.saving.register_keras_serializable("classpulse")
class BatchNorm(layers.BatchNormalization):
    """Batch normalisation; with PyTorch as the backend, its fused kernel while training.

    Keras writes the formula out as a dozen float32 operations there, which took two thirds of a training step on a
    processor. Same variables, same formula up to rounding; loading and exporting on TensorFlow see the layer of Keras.
    """

    def call(self, inputs, training=None, mask=None):
        if keras.backend.backend() != "torch":
            return super().call(inputs, training=training, mask=mask)
        import torch  # only where it is the backend already

        # Copies, because the kernel writes into them; PyTorch's momentum is the share of the new batch, Keras' that of
        # the old mean. A channels-last batch seen as (n, c, h, w) is what the kernel takes without rearranging it.
        learns = bool(training and self.trainable)
        mean, variance = (value.value.detach().clone() for value in (self.moving_mean, self.moving_variance))
        seen = inputs.permute(0, 3, 1, 2)
        gamma, beta = self.gamma.value, self.beta.value
        out = torch.nn.functional.batch_norm(seen, mean, variance, gamma, beta, learns, 1 - self.momentum, self.epsilon)
        if learns:
            self.moving_mean.assign(mean)
            self.moving_variance.assign(variance)
        return out.permute(0, 2, 3, 1)


@keras.saving.register_keras_serializable("classpulse")
class MaxPool(layers.MaxPooling2D):
    """Maximum of 2x2 pixels; with PyTorch as the backend, without rearranging the batch on the way in and out.

    Keras asks for a copy with the channels first there, and everything up to the next convolution is slow on it. Same
    result.
    """

    def __init__(self, **settings) -> None:
        super().__init__(**{"pool_size": 2} | settings)

    def call(self, inputs):
        if keras.backend.backend() != "torch":
            return super().call(inputs)
        import torch

        return torch.nn.functional.max_pool2d(inputs.permute(0, 3, 1, 2), self.pool_size).permute(0, 2, 3, 1)


def build(stages: list[list[int]], dropout: float, seed: int) -> keras.Model:
    """A network that takes (n, 48, 48, 1) grey, 0 to 255, and gives ``{"fer2013": (n, 7), "ferplus": (n, 8)}``.

    Both outputs are probabilities (float32, rows sum to 1). Scaling lives inside, so nobody can forget it.

    Args:
        stages: channels of the convolutions, one list a stage; between stages the picture is halved.
        dropout: share of the pooled features dropped while training, 0 to 1.
        seed: of the initial weights and the dropout.
    """
    keras.utils.set_random_seed(seed)
    crops = keras.Input((None, None, 1), name="crops")
    x = layers.Rescaling(1 / 127.5, offset=-1.0, name="scale")(crops)
    for number, widths in enumerate(stages):
        if number:
            x = MaxPool(name=f"pool{number}")(x)
        for depth, channels in enumerate(widths):
            name = f"stage{number}_{depth}"
            x = layers.Conv2D(channels, 3, padding="same", use_bias=False, kernel_initializer="he_normal", name=name)(x)
            x = BatchNorm(momentum=0.9, epsilon=1e-3, name=f"{name}_bn")(x)
            x = layers.ReLU(name=f"{name}_relu")(x)
    x = layers.GlobalAveragePooling2D(name="features")(x)
    x = layers.Dropout(dropout, seed=seed, name="dropout")(x)
    outputs = {}
    for head, labels in HEADS.items():
        # float32 whatever the policy: a softmax in bfloat16 has three digits.
        logits = layers.Dense(len(labels), dtype="float32", name=f"{head}_logits")(x)
        outputs[head] = layers.Activation("softmax", dtype="float32", name=head)(logits)
    return keras.Model(crops, outputs, name="classpulse_emotion")


def stages_of(model: keras.Model) -> list[list[int]]:
    """The ``stages`` that ``build`` was given, read off the layers."""
    stages: list[list[int]] = []
    for layer in model.layers:
        if isinstance(layer, layers.Conv2D):
            number = int(layer.name.removeprefix("stage").split("_")[0])
            if number == len(stages):
                stages.append([])
            stages[number].append(layer.filters)
    return stages


def in_float32(model: keras.Model) -> keras.Model:
    """The same network, computed in float32, whatever it was trained in: LiteRT has no bfloat16 convolution."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float32")
    try:
        copy = build(stages_of(model), model.get_layer("dropout").rate, seed=0)
    finally:
        keras.config.set_dtype_policy(before)
    copy.set_weights(model.get_weights())
    return copy
