from skresample.audit._audit import audit as audit
from skresample.audit.report import AuditReport as AuditReport
from skresample.cleaning.ccr import CCR as CCR
from skresample.cleaning.enn import SMOTEENN as SMOTEENN
from skresample.cleaning.enn import EditedNearestNeighbours as EditedNearestNeighbours
from skresample.cleaning.ipf import SMOTEIPF as SMOTEIPF
from skresample.cleaning.ipf import IterativePartitioningFilter as IterativePartitioningFilter
from skresample.cleaning.tomek import SMOTETomek as SMOTETomek
from skresample.cleaning.tomek import TomekLinks as TomekLinks
from skresample.compare._compare import compare as compare
from skresample.compare.report import Comparison as Comparison
from skresample.density.copula import GaussianCopulaOverSampler as GaussianCopulaOverSampler
from skresample.density.kde import KDEOverSampler as KDEOverSampler
from skresample.density.mgs import MultivariateGaussianSMOTE as MultivariateGaussianSMOTE
from skresample.density.random_over_sampler import RandomOverSampler as RandomOverSampler
from skresample.density.rose import ROSE as ROSE
from skresample.density.rwo import RWOSampling as RWOSampling
from skresample.disclosure.perturbation import Perturbation as Perturbation
from skresample.generative.arf import ARFOverSampler as ARFOverSampler
from skresample.generative.gan import GANOverSampler as GANOverSampler
from skresample.generative.generator_sampler import GeneratorSampler as GeneratorSampler
from skresample.generative.vae import VAEOverSampler as VAEOverSampler
from skresample.pipeline.classifier import ResampledClassifier as ResampledClassifier
from skresample.pipeline.encoder import TableEncoder as TableEncoder
from skresample.smote.adasyn import ADASYN as ADASYN
from skresample.smote.assembled import AssembledSMOTE as AssembledSMOTE
from skresample.smote.borderline import BorderlineSMOTE as BorderlineSMOTE
from skresample.smote.geometric import GeometricSMOTE as GeometricSMOTE
from skresample.smote.kmeans import KMeansSMOTE as KMeansSMOTE
from skresample.smote.lee import LeeSMOTE as LeeSMOTE
from skresample.smote.loras import LoRAS as LoRAS
from skresample.smote.lvq import LVQSMOTE as LVQSMOTE
from skresample.smote.mwmote import MWMOTE as MWMOTE
from skresample.smote.polynomial import PolynomialFitSMOTE as PolynomialFitSMOTE
from skresample.smote.prowsyn import ProWSyn as ProWSyn
from skresample.smote.safe_level import SafeLevelSMOTE as SafeLevelSMOTE
from skresample.smote.smobd import SMOBD as SMOBD
from skresample.smote.smote import SMOTE as SMOTE
from skresample.smote.smoten import SMOTEN as SMOTEN
from skresample.smote.smotenc import SMOTENC as SMOTENC
from skresample.smote.svm import SVMSMOTE as SVMSMOTE
from skresample.spec.marginal_sampler import MarginalSampler as MarginalSampler
from skresample.spec.marginal_sampler import RandomGenerator as RandomGenerator  # former name

__version__: str
__all__: list[str]
