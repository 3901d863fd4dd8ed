package dev.baton.corpus;

import java.util.Random;

/** Text that compresses as text does; the same for the same seed. */
final class Words {
    private static final String[] WORDS = ("about after again between blue box cable chair colour cotton cup desk door"
            + " edge fine first frame glass green hand handle home inch iron kitchen lamp large leather left light long"
            + " metal mirror narrow new oak open paper piece plain plate red right room round set shelf short side silver"
            + " small soft steel stone strong table tall thick thin top tray warm water white wide window wood yellow")
            .split(" ");

    private Words() {
    }

    /** So many words of the seed's text. */
    static String of(long seed, int count) {
        Random random = new Random(seed);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(i == 0 ? "" : " ").append(WORDS[random.nextInt(WORDS.length)]);
        }
        return text.toString();
    }

    /** Exactly so many characters of the seed's text. */
    static String ofLength(long seed, int length) {
        return of(seed, length / 3 + 1).substring(0, length);
    }
}
