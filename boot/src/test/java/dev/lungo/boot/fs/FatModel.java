package dev.lungo.boot.fs;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Changes a volume at random, and knows what must be on it then. */
final class FatModel {
    private static final int MOST_DIRECTORIES = 8;

    private final Volume volume;
    private final int mostBytes;

    /** By path; {@code null} is a directory. */
    private final Map<String, byte @Nullable []> files = new HashMap<>();

    private int number;

    FatModel(Volume volume, int mostBytes) {
        this.volume = volume;
        this.mostBytes = Math.min(mostBytes, 200_000);
    }

    /** Does one thing. */
    void change(Random random) {
        List<String> all = new ArrayList<>(files.keySet());
        all.sort(null);
        List<String> directories = new ArrayList<>(all);
        directories.removeIf(path -> files.get(path) != null);
        all.removeAll(directories);
        if (all.size() > 20) {
            delete(all.get(random.nextInt(all.size())));
            return;
        }
        int kind = random.nextInt(10);
        String path = all.isEmpty() ? "" : all.get(random.nextInt(all.size()));
        if (kind == 0 && directories.size() < MOST_DIRECTORIES) {
            String made = newName(random, directories);
            parent(made).create(name(made), FileInfo.DIRECTORY).close();
            files.put(made, null);
        } else if (kind <= 2 || path.isEmpty()) {
            String made = newName(random, directories);
            parent(made).create(name(made), FileInfo.ARCHIVE).close();
            files.put(made, new byte[0]);
        } else if (kind == 3) {
            delete(path);
        } else if (kind == 4) {
            String to = newName(random, directories);
            FileNode node = volume.root().openPath(path);
            FileNode directory = parent(to);
            node.move(directory, name(to));
            directory.close();
            node.close();
            files.put(to, files.remove(path));
        } else if (kind == 5) {
            resize(path, random.nextInt(mostBytes));
        } else if (kind == 6 && !directories.isEmpty()) {
            String directory = directories.get(random.nextInt(directories.size()));
            boolean isEmpty =
                    files.keySet().stream().noneMatch(p -> p.startsWith(directory + "\\"));
            if (isEmpty) {
                delete(directory);
            }
        } else {
            write(path, random);
        }
    }

    private void write(String path, Random random) {
        byte[] before = files.get(path);
        int offset = random.nextInt(before.length + 1000);
        byte[] data = new byte[random.nextInt(random.nextBoolean() ? 600 : mostBytes / 4)];
        random.nextBytes(data);
        byte[] after = before;
        if (data.length > 0) {
            after = Arrays.copyOf(before, Math.max(before.length, offset + data.length));
            System.arraycopy(data, 0, after, offset, data.length);
        }
        FileNode node = volume.root().openPath(path);
        node.write(offset, data, 0, data.length);
        node.close();
        files.put(path, after);
    }

    private void resize(String path, int bytes) {
        FileNode node = volume.root().openPath(path);
        node.resize(bytes);
        node.close();
        files.put(path, Arrays.copyOf(files.get(path), bytes));
    }

    private void delete(String path) {
        FileNode node = volume.root().openPath(path);
        node.delete();
        node.close();
        files.remove(path);
    }

    private String newName(Random random, List<String> directories) {
        int index = random.nextInt(directories.size() + 1);
        String directory = index == 0 ? "" : directories.get(index - 1) + "\\";
        String name =
                switch (random.nextInt(3)) {
                    case 0 -> "F" + number;
                    case 1 -> "small" + number + ".txt";
                    default -> "A longer name " + "x".repeat(random.nextInt(60)) + number;
                };
        number++;
        return directory + name;
    }

    private FileNode parent(String path) {
        int at = path.lastIndexOf('\\');
        return volume.root().openPath(at < 0 ? "" : path.substring(0, at));
    }

    private static String name(String path) {
        return path.substring(path.lastIndexOf('\\') + 1);
    }

    Map<String, String> files() {
        Map<String, String> result = new TreeMap<>();
        files.forEach((path, content) ->
                result.put(path, content == null ? "directory" : digest(content)));
        return result;
    }

    /** All files and directories, with what they have in them. */
    static Map<String, String> read(FileNode root) {
        Map<String, String> result = new TreeMap<>();
        read(root, "", result);
        return result;
    }

    private static void read(FileNode directory, String path, Map<String, String> to) {
        for (String name : FatImage.list(directory)) {
            if (name.equals(".") || name.equals("..")) {
                continue;
            }
            FileNode node = directory.open(name);
            if (node.isDirectory()) {
                to.put(path + name, "directory");
                read(node, path + name + "\\", to);
            } else {
                to.put(path + name, digest(FatImage.content(node)));
            }
            node.close();
        }
    }

    static String digest(byte[] content) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(content);
            return content.length + " " + HexFormat.of().formatHex(hash, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
