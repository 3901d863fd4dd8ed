package dev.baton.benchmarks.shop;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/** About 4 KB when serialised; every part of it could be changed in place. */
final class Profile implements Serializable {
    private static final int ENTRIES = 40;
    private static final long serialVersionUID = 1L;

    private final List<Preference> preferences = new ArrayList<>();

    Profile() {
        for (int i = 0; i < ENTRIES; i++) {
            preferences.add(new Preference(i));
        }
    }

    int entries() {
        return preferences.size();
    }

    private static final class Preference implements Serializable {
        private static final long serialVersionUID = 1L;

        private String key;
        private String value;
        private boolean asked;

        Preference(int number) {
            key = "preference." + number + ".of.the.visitor";
            value = "set to " + Integer.toHexString(number * 0x9e3779b9) + " on day "
                    + (number * 37 + 1000) + " of the calendar of the shop";
            asked = number % 2 == 0;
        }
    }
}
