/**
 * @file Pictures from a camera: opened into a video of the page, taken one by one.
 */
import { FoveaError, messageOf } from '../../base/errors.ts';
import type { Picture } from '../../data/images/picture.ts';
import { pixelsOf } from './decodePicture.ts';

export interface Camera {
  /** What the camera sees now, in colour. */
  take(): Picture;
  /** Switches the camera off. */
  close(): void;
}

export interface CameraOptions {
  /** The camera at the back of a phone, or the one that looks at its user; default: the back. */
  readonly facing?: 'environment' | 'user';
  /** Told when it ends though nobody closed it: taken out, or refused from now on. */
  readonly onEnd?: (why: FoveaError) => void;
}

/** Shows the camera in `video` once it gives pictures; a refusal is a FoveaError that says whose it was. */
export async function openCamera(
  video: HTMLVideoElement,
  { facing = 'environment', onEnd }: CameraOptions = {},
): Promise<Camera> {
  const { mediaDevices } = navigator;
  if (mediaDevices === undefined) throw refusal('SecurityError', 'no camera for this page');
  let stream: MediaStream;
  try {
    const size = { width: { ideal: 640 }, height: { ideal: 480 } };
    stream = await mediaDevices.getUserMedia({ video: { facingMode: facing, ...size } });
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    throw refusal(name, messageOf(error), error);
  }
  const close = () => {
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  };
  for (const track of stream.getTracks()) {
    track.addEventListener('ended', () => onEnd?.(refusal('AbortError', '')));
  }
  try {
    video.srcObject = stream;
    video.muted = true;
    video.playsInline = true;
    await video.play();
  } catch (error) {
    close();
    throw refusal('NotReadableError', messageOf(error), error);
  }
  return { take: () => pixelsOf(video, video.videoWidth, video.videoHeight), close };
}

const REASONS: Readonly<Record<string, { readonly problem: string; readonly fix: string }>> = {
  NotAllowedError: {
    problem: 'the camera was refused to this page',
    fix: "allow it in the browser's address bar and try again, or drop a picture instead",
  },
  NotFoundError: {
    problem: 'this machine has no camera',
    fix: 'connect one, or drop a picture instead',
  },
  AbortError: {
    problem: 'the camera has ended: it was taken out, or this page may use it no longer',
    fix: 'connect it and try again, or drop a picture instead',
  },
  NotReadableError: {
    problem: 'the camera gives no picture: another program may have it',
    fix: 'close the program that uses it, or drop a picture instead',
  },
  SecurityError: {
    problem: 'a page has a camera only over https or from localhost',
    fix: 'open the page that way, or drop a picture instead',
  },
};

function refusal(name: string, message: string, cause?: unknown): FoveaError {
  const reason = REASONS[name] ?? {
    problem: `the camera cannot be opened: ${message}`,
    fix: 'drop a picture instead',
  };
  return new FoveaError({ ...reason, expected: 'a camera that this page may use' }, { cause });
}
