/**
 * @file The network and what it sees, as state of the page.
 */
import { type ExcitedPictures, openWorkerSession, type Picture } from 'fovea/web';
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Eye, type EyeState, type SeeingNetwork, type Sight } from './eye.ts';
import { Latest } from './latest.ts';
import { type Offered, offeredNetworks, wantedOf } from './networks.ts';

const BEGINNING: EyeState = { is: 'preparing', doing: 'Starting the engine', share: 0 };

/** A network by words, or where it was trained elsewhere; opened once, closed with the page. */
export function useEye(words: string, from: string) {
  const [state, setState] = useState<EyeState>(BEGINNING);
  const [attempt, setAttempt] = useState(0);
  const eye = useMemo(() => new Eye(() => openWorkerSession(), setState), []);
  useEffect(() => () => void eye.close(), [eye]);
  useEffect(() => void eye.want(() => wantedOf(words, from)), [eye, words, from, attempt]);
  /** Gives a lost engine up and begins again. */
  const again = useCallback(() => {
    void eye.close();
    setAttempt((before) => before + 1);
  }, [eye]);
  return { eye, state, again };
}

/** Networks that are trained already, besides the one that is looked through. */
export function useOffered(): readonly Offered[] {
  const [offered, setOffered] = useState<readonly Offered[]>([]);
  useEffect(() => void offeredNetworks().then(setOffered), []);
  return offered;
}

/** What the network makes of the newest picture; the last sight stays until the next is there. */
export function useSight(eye: Eye, state: EyeState, picture: Picture | undefined) {
  const [sight, setSight] = useState<Sight>();
  const [error, setError] = useState<unknown>();
  const latest = useMemo(
    () =>
      new Latest<Picture>(async (question) => {
        try {
          const seen = await eye.see(question);
          if (seen !== undefined) setSight(seen);
          setError(undefined);
        } catch (caught) {
          setError(caught);
        }
      }),
    [eye],
  );
  const network = state.is === 'ready' ? state.network : undefined;
  useEffect(() => {
    if (network !== undefined && picture !== undefined) latest.ask(picture);
    else setSight(undefined);
  }, [latest, network, picture]);
  return { sight: network === undefined ? undefined : sight, error };
}

/** What excites units of a layer, once its place on the page is near. */
export function useExcited(
  eye: Eye,
  network: SeeingNetwork,
  layer: string,
  count: number,
  isNear: boolean,
) {
  const [found, setFound] = useState<ExcitedPictures>();
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    if (!isNear) return undefined;
    let isWanted = true;
    const units = Array.from({ length: count }, (_, unit) => unit);
    eye.exciting(layer, units).then(
      (excited) => {
        if (!isWanted) return;
        setFound(excited);
        setError(undefined);
      },
      (caught: unknown) => {
        if (!isWanted) return;
        setFound(undefined);
        setError(caught);
      },
    );
    return () => {
      isWanted = false;
    };
  }, [eye, network, layer, count, isNear]);
  return { excited: found?.layer === layer ? found : undefined, error };
}

/** Whether an element has come near to what is seen of the page; it stays so. */
export function useNear<E extends Element>() {
  const element = useRef<E>(null);
  const [isNear, setNear] = useState(false);
  useEffect(() => {
    if (element.current === null) return undefined;
    const observer = new IntersectionObserver(
      (entries) => entries.some(({ isIntersecting }) => isIntersecting) && setNear(true),
      { rootMargin: '400px' },
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return { element, isNear };
}

export interface Occlusion {
  readonly values: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

/** Waits until the picture rests: hundreds of pictures are read for one map. */
const REST = 200;

export function useOcclusion(eye: Eye, sight: Sight | undefined, size: number) {
  const [found, setFound] = useState<Occlusion>();
  const wish = useRef(0);
  useEffect(() => {
    const own = ++wish.current;
    const { prediction, look } = sight ?? {};
    if (prediction === undefined || look === null || look === undefined) {
      setFound(undefined);
      return undefined;
    }
    const timer = setTimeout(() => {
      // A network that was changed meanwhile has no answer, and its own picture comes.
      eye
        .occlusion(prediction.given, look.answer, size)
        .then((map) => own === wish.current && setFound(map))
        .catch(() => own === wish.current && setFound(undefined));
    }, REST);
    return () => clearTimeout(timer);
  }, [eye, sight, size]);
  return found;
}
