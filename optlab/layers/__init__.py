"""The layers of a model; importing a module here enters its layers into `get`."""

from optlab.layers.activation import Activation
from optlab.layers.activity_regularization import ActivityRegularization
from optlab.layers.base import Layer
from optlab.layers.batch_normalization import BatchNormalization
from optlab.layers.bidirectional import Bidirectional
from optlab.layers.configuration import configuration, contract, expand
from optlab.layers.convolution import Conv1D, Conv2D
from optlab.layers.convolution_transpose import Conv1DTranspose, Conv2DTranspose
from optlab.layers.dense import Dense
from optlab.layers.depthwise import DepthwiseConv2D
from optlab.layers.dropout import Dropout
from optlab.layers.embedding import Embedding
from optlab.layers.gaussian import GaussianDropout, GaussianNoise
from optlab.layers.global_pooling import (
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
)
from optlab.layers.gru import GRU
from optlab.layers.layer_normalization import LayerNormalization
from optlab.layers.lstm import LSTM
from optlab.layers.masking import Masking
from optlab.layers.merging import Add, Concatenate
from optlab.layers.padding import Cropping1D, Cropping2D, ZeroPadding1D, ZeroPadding2D
from optlab.layers.permute import Permute
from optlab.layers.pooling import (
    AveragePooling1D,
    AveragePooling2D,
    MaxPooling1D,
    MaxPooling2D,
)
from optlab.layers.rectifiers import ELU, LeakyReLU, PReLU, ReLU, Softmax
from optlab.layers.registry import REGISTRY, get, register
from optlab.layers.repeat_vector import RepeatVector
from optlab.layers.reshape import Flatten, Reshape
from optlab.layers.residual import Residual
from optlab.layers.scaling import Normalization, Rescaling
from optlab.layers.simple_rnn import SimpleRNN
from optlab.layers.spatial_dropout import SpatialDropout1D, SpatialDropout2D
from optlab.layers.time_distributed import TimeDistributed
from optlab.layers.up_sampling import UpSampling1D, UpSampling2D

__all__ = [
    "ELU",
    "GRU",
    "LSTM",
    "REGISTRY",
    "Activation",
    "ActivityRegularization",
    "Add",
    "AveragePooling1D",
    "AveragePooling2D",
    "BatchNormalization",
    "Bidirectional",
    "Concatenate",
    "Conv1D",
    "Conv1DTranspose",
    "Conv2D",
    "Conv2DTranspose",
    "Cropping1D",
    "Cropping2D",
    "Dense",
    "DepthwiseConv2D",
    "Dropout",
    "Embedding",
    "Flatten",
    "GaussianDropout",
    "GaussianNoise",
    "GlobalAveragePooling1D",
    "GlobalAveragePooling2D",
    "GlobalMaxPooling1D",
    "GlobalMaxPooling2D",
    "Layer",
    "LayerNormalization",
    "LeakyReLU",
    "Masking",
    "MaxPooling1D",
    "MaxPooling2D",
    "Normalization",
    "PReLU",
    "Permute",
    "ReLU",
    "RepeatVector",
    "Rescaling",
    "Reshape",
    "Residual",
    "SimpleRNN",
    "Softmax",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "TimeDistributed",
    "UpSampling1D",
    "UpSampling2D",
    "ZeroPadding1D",
    "ZeroPadding2D",
    "configuration",
    "contract",
    "expand",
    "get",
    "register",
]
