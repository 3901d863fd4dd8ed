package dev.baton.benchmarks.differences;

import com.davidehrmann.vcdiff.VCDiffDecoderBuilder;
import com.davidehrmann.vcdiff.VCDiffEncoderBuilder;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** What others make of the same bytes: zstd with the base as dictionary, as its --patch-from does, and VCDIFF. */
final class ReferenceTools implements AutoCloseable {
    private static final int LEVEL = 3;

    private final byte[] base;
    private final byte[] current;
    private final ZstdCompressCtx compress = new ZstdCompressCtx();
    private final ZstdDecompressCtx decompress = new ZstdDecompressCtx();

    ReferenceTools(byte[] base, byte[] current) {
        this.base = base;
        this.current = current;
        // The window covers both, as --patch-from makes it; nothing in the frame that could be left out.
        int window = Math.max(10, 64 - Long.numberOfLeadingZeros(base.length + (long) current.length));
        compress.setLevel(LEVEL).setWindowLog(window).setChecksum(false).setContentSize(false).setDictID(false);
    }

    byte[] zstd() {
        compress.loadDict(base);
        return compress.compress(current);
    }

    byte[] unzstd(byte[] patch) {
        decompress.loadDict(base);
        return decompress.decompress(patch, current.length);
    }

    byte[] vcdiff() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        VCDiffEncoderBuilder.builder().withDictionary(base).buildSimple().encode(current, out);
        return out.toByteArray();
    }

    byte[] unvcdiff(byte[] patch) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream(current.length);
        VCDiffDecoderBuilder.builder().buildSimple().decode(base, patch, out);
        return out.toByteArray();
    }

    @Override
    public void close() {
        compress.close();
        decompress.close();
    }
}
