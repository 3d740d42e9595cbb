/**
 * @file What a camera sees now, looked at as it moves: some pictures a second, until one is kept.
 */
import { type Camera, openCamera, type Picture } from 'fovea/web';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../../frame/controls/button.tsx';

/** Milliseconds from picture to picture: what is slower to be read than that is asked for less. */
const EVERY = 200;

interface CameraProps {
  readonly onPicture: (picture: Picture) => void;
  /** It is switched off and the picture that it saw last stays. */
  readonly onKeep: () => void;
  /** It is switched off; with a reason where it was not wished. */
  readonly onEnd: (why?: unknown) => void;
}

export function CameraView(props: CameraProps) {
  const video = useRef<HTMLVideoElement>(null);
  const [isOn, setIsOn] = useState(false);
  const latest = useRef(props);
  latest.current = props;
  useEffect(() => {
    const element = video.current;
    if (element === null) return undefined;
    let camera: Camera | undefined;
    let isLeft = false;
    const end = (why: unknown) => isLeft || latest.current.onEnd(why);
    openCamera(element, { onEnd: end }).then((opened) => {
      if (isLeft) return opened.close();
      camera = opened;
      setIsOn(true);
    }, end);
    const timer = setInterval(() => {
      if (camera !== undefined && !document.hidden) latest.current.onPicture(camera.take());
    }, EVERY);
    return () => {
      isLeft = true;
      clearInterval(timer);
      camera?.close();
    };
  }, []);
  return (
    <>
      <div class="lookPad">
        {/* biome-ignore lint/a11y/useMediaCaption: it has no sound */}
        <video ref={video} aria-label="What the camera sees" />
      </div>
      <div class="lookButtons">
        <Button kind="primary" disabled={!isOn} onClick={props.onKeep}>
          Keep picture
        </Button>
        <Button onClick={() => props.onEnd()}>Switch off</Button>
        {!isOn && (
          <span class="soft small" role="status">
            Waiting for the camera
          </span>
        )}
      </div>
    </>
  );
}
