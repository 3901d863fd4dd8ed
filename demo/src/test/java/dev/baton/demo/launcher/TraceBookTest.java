package dev.baton.demo.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.baton.demo.wire.TraceRow;
import org.junit.jupiter.api.Test;

class TraceBookTest {
    private final TraceBook book = new TraceBook();

    private static Figures figures(String commits, long version) {
        return Figures.parse("version=" + version + "\nsessionBytes=2000\nholder=node1\n" + commits);
    }

    @Test
    void aRequestCountsWhatTravelledSinceTheOneBefore() {
        book.record("A.node1", "GET /", "node1", "", 5, figures("commit=1 300 400\n", 1));
        book.record("A.node2", "POST /cart/add", "node2", "", 5, figures("commit=2 90 2000\ncommit=3 60 2000\n", 3));
        book.record("A.node2", "GET /", "node2", "", 5, figures("commit=2 90 2000\ncommit=3 60 2000\n", 3));
        assertThat(book.rows("A.node3")).extracting(TraceRow::sentBytes).containsExactly(0L, 150L, 300L);
        assertThat(book.rows("B.node1")).isEmpty();
    }

    @Test
    void whatANodeDoesNotKnowIsNotCalledNothing() {
        book.record("A", "GET /", "node1", "", 5, Figures.NONE);
        assertThat(book.rows("A")).containsExactly(new TraceRow("GET /", "node1", "", -1, -1, 5));
    }

    @Test
    void onlyTheLastRequestsOfTheLastVisitorsAreKept() {
        for (int visitor = 0; visitor < 1_000; visitor++) {
            book.record("visitor" + visitor, "GET /", "node1", "", visitor, Figures.NONE);
        }
        for (int request = 0; request < 100; request++) {
            book.record("visitor999", "GET /" + request, "node1", "", 1, Figures.NONE);
        }
        assertThat(book.rows("visitor0")).isEmpty();
        assertThat(book.rows("visitor999")).hasSize(TraceRow.MAX_ROWS);
        assertThat(book.rows("visitor999").get(0).request()).isEqualTo("GET /99");
    }

    @Test
    void figuresLeaveOutWhatTheyDoNotUnderstand() {
        Figures figures = Figures.parse("members=node1 node2\nbroken\ncommit=null null 5\ncommit=2 3\nversion=x\n");
        assertThat(figures.members()).containsExactly("node1", "node2");
        assertThat(figures.commits()).isEmpty();
        assertThat(figures.number("version")).isEqualTo(-1);
        assertThat(figures.get("holder")).isEqualTo("?");
    }
}
