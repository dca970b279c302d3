"""The layers of a model; importing a module here enters its layers into `get`."""

from optlab.layers.activation import Activation
from optlab.layers.base import Layer
from optlab.layers.batch_normalization import BatchNormalization
from optlab.layers.bidirectional import Bidirectional
from optlab.layers.configuration import configuration, contract, expand
from optlab.layers.dense import Dense
from optlab.layers.dropout import Dropout
from optlab.layers.embedding import Embedding
from optlab.layers.gaussian import GaussianDropout, GaussianNoise
from optlab.layers.gru import GRU
from optlab.layers.layer_normalization import LayerNormalization
from optlab.layers.lstm import LSTM
from optlab.layers.masking import Masking
from optlab.layers.merging import Add, Concatenate
from optlab.layers.rectifiers import ELU, LeakyReLU, PReLU, ReLU, Softmax
from optlab.layers.registry import REGISTRY, get, register
from optlab.layers.repeat_vector import RepeatVector
from optlab.layers.reshape import Flatten, Reshape
from optlab.layers.residual import Residual
from optlab.layers.simple_rnn import SimpleRNN
from optlab.layers.time_distributed import TimeDistributed

__all__ = [
    "ELU",
    "GRU",
    "LSTM",
    "REGISTRY",
    "Activation",
    "Add",
    "BatchNormalization",
    "Bidirectional",
    "Concatenate",
    "Dense",
    "Dropout",
    "Embedding",
    "Flatten",
    "GaussianDropout",
    "GaussianNoise",
    "Layer",
    "LayerNormalization",
    "LeakyReLU",
    "Masking",
    "PReLU",
    "ReLU",
    "RepeatVector",
    "Reshape",
    "Residual",
    "SimpleRNN",
    "Softmax",
    "TimeDistributed",
    "configuration",
    "contract",
    "expand",
    "get",
    "register",
]
