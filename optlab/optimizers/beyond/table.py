"""The optimizers that tf.keras lacks, and what each was checked against."""

from __future__ import annotations

from optlab.optimizers.beyond.adamp import AdamP
from optlab.optimizers.beyond.dadapt import DAdaptAdam, DAdaptSGD
from optlab.optimizers.beyond.denominators import (
    ADOPT,
    AdaBelief,
    AdaBound,
    AMSGrad,
    LaProp,
    RAdam,
    SophiaG,
    Yogi,
)
from optlab.optimizers.beyond.estimated import DoG
from optlab.optimizers.beyond.factored import CAME, TorchAdafactor
from optlab.optimizers.beyond.kronecker import SOAP, Kron, Shampoo
from optlab.optimizers.beyond.layerwise import LARS, MARS, Fromage, NovoGrad, PaperLamb
from optlab.optimizers.beyond.momentum import (
    ASGD,
    QHM,
    SGDW,
    AggMo,
    HeavyBall,
    Nesterov,
)
from optlab.optimizers.beyond.numerators import Adan, AdEMAMix, QHAdam
from optlab.optimizers.beyond.prodigy import Prodigy
from optlab.optimizers.beyond.signs import Rprop, SignSGD, Signum
from optlab.optimizers.beyond.timm_adafactor import TimmAdafactor
from optlab.optimizers.beyond.torch_forms import TorchAdam, TorchNAdam
from optlab.optimizers.beyond.torch_muon import TorchMuon
from optlab.optimizers.entry import Entry, Peer

#: Libraries of other people, whose numbers stand in the tests.
TORCH, OPTAX, COLLECTION = "torch.optim", "optax", "pytorch_optimizer"
TIMM = "timm.optim"
_EPS = {"eps": 1e-8}

#: By the lower-case name that files and commands use.
BEYOND: dict[str, Entry] = {
    "adabelief": Entry(AdaBelief, by_rate=True, twin=False, sources=(COLLECTION,)),
    "adabound": Entry(
        AdaBound, variants=({"amsbound": True},), twin=False, sources=(COLLECTION,)
    ),
    "adamp": Entry(
        AdamP,
        variants=({"nesterov": True},),
        by_rate=True,
        twin=False,
        sources=(COLLECTION,),
    ),
    "adan": Entry(Adan, by_rate=True, twin=False, sources=(COLLECTION,)),
    "ademamix": Entry(AdEMAMix, by_rate=True, twin=False, sources=(COLLECTION, OPTAX)),
    "adopt": Entry(ADOPT, by_rate=True, twin=False, sources=(OPTAX,)),
    "aggmo": Entry(AggMo, usual_rate=0.05, twin=False, sources=(COLLECTION,)),
    "amsgrad": Entry(
        AMSGrad, by_rate=True, twin=False, sources=(OPTAX,), optax=Peer("amsgrad", _EPS)
    ),
    "asgd": Entry(
        ASGD, usual_rate=0.05, twin=False, sources=(TORCH,), torch=Peer("ASGD", {})
    ),
    "came": Entry(CAME, by_rate=True, twin=False, sources=(COLLECTION,)),
    "dadaptadam": Entry(
        DAdaptAdam, usual_rate=1.0, twin=False, sources=(COLLECTION, OPTAX)
    ),
    "dadaptsgd": Entry(DAdaptSGD, usual_rate=1.0, twin=False, sources=(COLLECTION,)),
    "dog": Entry(DoG, usual_rate=1.0, twin=False, sources=(OPTAX,)),
    "fromage": Entry(Fromage, usual_rate=0.01, twin=False, sources=(OPTAX,)),
    "lars": Entry(LARS, usual_rate=0.1, twin=False, sources=(OPTAX,)),
    "mars": Entry(MARS, by_rate=True, twin=False, sources=(COLLECTION,)),
    "novograd": Entry(NovoGrad, usual_rate=0.01, twin=False, sources=(OPTAX,)),
    "paperlamb": Entry(PaperLamb, by_rate=True, twin=False, sources=(OPTAX,)),
    "torchadafactor": Entry(TorchAdafactor, by_rate=True, twin=False, sources=(TORCH,)),
    "heavyball": Entry(
        HeavyBall, usual_rate=0.05, twin=False, sources=("the formula",)
    ),
    "kron": Entry(Kron, by_rate=True, twin=False, sources=(COLLECTION,)),
    "laprop": Entry(LaProp, by_rate=True, twin=False, sources=(COLLECTION,)),
    "nesterov": Entry(Nesterov, usual_rate=0.05, twin=False, sources=("the formula",)),
    "prodigy": Entry(Prodigy, usual_rate=1.0, twin=False, sources=(COLLECTION, OPTAX)),
    "qhadam": Entry(QHAdam, by_rate=True, twin=False, sources=(COLLECTION,)),
    "qhm": Entry(QHM, usual_rate=0.05, twin=False, sources=(COLLECTION,)),
    "radam": Entry(
        RAdam,
        by_rate=True,
        twin=False,
        sources=(TORCH,),
        torch=Peer("RAdam", _EPS),
    ),
    "rprop": Entry(
        Rprop, usual_rate=0.01, twin=False, sources=(TORCH,), torch=Peer("Rprop", {})
    ),
    "sgdw": Entry(
        SGDW,
        variants=({"nesterov": True},),
        usual_rate=0.05,
        twin=False,
        sources=(TORCH,),
    ),
    "shampoo": Entry(Shampoo, usual_rate=0.1, twin=False, sources=(COLLECTION,)),
    "signsgd": Entry(
        SignSGD, by_rate=True, twin=False, sources=(OPTAX,), optax=Peer("sign_sgd", {})
    ),
    "signum": Entry(
        Signum,
        by_rate=True,
        twin=False,
        sources=(OPTAX,),
        optax=Peer("signum", {"beta": 0.9}),
    ),
    "soap": Entry(SOAP, by_rate=True, twin=False, sources=(COLLECTION,)),
    "sophiag": Entry(SophiaG, by_rate=True, twin=False, sources=("the formula",)),
    "timmadafactor": Entry(
        TimmAdafactor,
        variants=({"beta_1": 0.9, "relative_step": False},),
        by_rate=True,
        twin=False,
        sources=(TIMM,),
    ),
    "torchadam": Entry(
        TorchAdam,
        variants=({"amsgrad": True},),
        by_rate=True,
        twin=False,
        sources=(TORCH, OPTAX),
        torch=Peer("Adam", _EPS, fused=True),
        optax=Peer("adam", _EPS),
    ),
    "torchmuon": Entry(
        TorchMuon,
        variants=({"match_rms": True},),
        twin=False,
        sources=(TORCH,),
    ),
    "torchnadam": Entry(
        TorchNAdam,
        by_rate=True,
        twin=False,
        sources=(TORCH,),
        torch=Peer("NAdam", _EPS),
    ),
    "yogi": Entry(Yogi, by_rate=True, twin=False, sources=(COLLECTION,)),
}
