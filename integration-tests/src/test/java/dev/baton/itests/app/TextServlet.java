package dev.baton.itests.app;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Answers with one short text. */
abstract class TextServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;

    abstract String answer(HttpServletRequest request) throws Exception;

    @Override
    protected final void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        reply(request, response);
    }

    @Override
    protected final void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        reply(request, response);
    }

    private void reply(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String text;
        try {
            text = answer(request);
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        response.setContentType("text/plain;charset=UTF-8");
        response.getWriter().write(text);
    }

    static boolean posted(HttpServletRequest request) {
        return request.getMethod().equals("POST");
    }

    static String parameter(HttpServletRequest request, String name) {
        String value = request.getParameter(name);
        if (value == null) {
            throw new IllegalArgumentException("parameter " + name + " is missing");
        }
        return value;
    }
}
