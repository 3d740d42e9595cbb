/**
 * @file THE table of explanations: each asks a network in its way which pixels speak for a class.
 *
 * All of them are about the class's score, the number before the softmax: a probability near 1 hardly moves, whatever
 * one does to the picture. Occlusion alone speaks of the probability. A new method is one entry and its function.
 */
import { type CamSettings, gradCam } from './gradCam.ts';
import {
  gradientMap,
  guidedMap,
  type IntegratedSettings,
  integratedGradients,
  type SmoothSettings,
  smoothGrad,
} from './gradients.ts';
import { type OcclusionSettings, occlusion } from './occlusion.ts';
import type { MethodAnswer, Probe, Question } from './probe.ts';

/** Settings of all methods; each reads its own. */
export type MethodSettings = CamSettings & IntegratedSettings & SmoothSettings & OcclusionSettings;

export interface Method {
  /** One line for people. */
  readonly says: string;
  readonly source: string;
  /** Whether the map tells for from against; else it is a strength, 0 or more. */
  readonly signed: boolean;
  explain(probe: Probe, question: Question, settings: MethodSettings): Promise<MethodAnswer>;
}

export const methods = {
  gradient: {
    says: 'how much the score changes with each pixel',
    source: 'Simonyan, Vedaldi, Zisserman 2013',
    signed: false,
    explain: gradientMap,
  },
  smoothGrad: {
    says: 'the same, as the mean over noisy copies of the picture',
    source: 'Smilkov et al. 2017',
    signed: false,
    explain: smoothGrad,
  },
  integratedGradients: {
    says: 'what each pixel adds to the score on the way from an empty picture to this one',
    source: 'Sundararajan, Taly, Yan 2017',
    signed: true,
    explain: integratedGradients,
  },
  guidedBackprop: {
    says: 'the change with each pixel, going back through positive parts of ReLUs alone',
    source: 'Springenberg et al. 2014',
    signed: false,
    explain: guidedMap,
  },
  gradCam: {
    says: 'which places of a convolution layer speak for the class',
    source: 'Selvaraju et al. 2017',
    signed: false,
    explain: gradCam,
  },
  occlusion: {
    says: 'how far the probability falls where the picture is covered',
    source: 'Zeiler, Fergus 2014',
    signed: true,
    explain: occlusion,
  },
} as const satisfies Readonly<Record<string, Method>>;

export type MethodName = keyof typeof methods;

export const methodNames = Object.keys(methods) as readonly MethodName[];
