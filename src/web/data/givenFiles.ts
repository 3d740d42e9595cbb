/**
 * @file Files that someone gave a page: dropped, pasted, or chosen, folders with all that is in them.
 *
 *     zone.ondrop = async (event) => use(await filesOfTransfer(event.dataTransfer));
 *     input.onchange = () => use(filesOfList(input.files)); // <input type="file" webkitdirectory multiple>
 *
 * Next stops: `decodePicture.ts` for one, `pictureSet.ts` for folders of them.
 */
import { FoveaError } from '../../base/errors.ts';
import { byPath } from '../../data/origins/folderRules.ts';

export interface GivenFile {
  /** With the folders that were given, parted by "/". */
  readonly path: string;
  readonly file: File;
}

/** More files are no pictures of one's own. */
const MOST_FILES = 200_000;

/** Of a file chooser. */
export function filesOfList(list: Iterable<File> | null): GivenFile[] {
  const files = [...(list ?? [])];
  checkCount(files.length);
  return files
    .map((file) => ({ path: file.webkitRelativePath || file.name, file }))
    .sort((a, b) => byPath(a.path, b.path));
}

/** Of a drop or a paste. Call it while the event is handled: afterwards its files are gone. */
export async function filesOfTransfer(transfer: DataTransfer | null): Promise<GivenFile[]> {
  const items = [...(transfer?.items ?? [])].filter(({ kind }) => kind === 'file');
  const entries = items.map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile());
  const files: GivenFile[] = [];
  for (const entry of entries) {
    if (entry instanceof File) files.push({ path: entry.name, file: entry });
    else if (entry !== null) await collect(entry, files);
    checkCount(files.length);
  }
  return files.sort((a, b) => byPath(a.path, b.path));
}

async function collect(entry: FileSystemEntry, into: GivenFile[]): Promise<void> {
  checkCount(into.length);
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    into.push({ path: entry.fullPath.replace(/^\//, ''), file });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // A hundred at a time, until there are none.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return;
    for (const child of some) await collect(child, into);
  }
}

function checkCount(count: number): void {
  if (count <= MOST_FILES) return;
  throw new FoveaError({
    problem: `more than ${MOST_FILES.toLocaleString('en-US')} files were given`,
    expected: 'the folders of pictures alone',
  });
}
