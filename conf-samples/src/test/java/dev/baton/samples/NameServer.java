package dev.baton.samples;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;

/** A name server on loopback that answers every question with the same addresses. */
final class NameServer implements AutoCloseable {
    private static final int HEADER = 12;

    private final DatagramSocket socket;
    private final InetAddress[] addresses;

    NameServer(String... addresses) throws IOException {
        this.addresses = new InetAddress[addresses.length];
        for (int i = 0; i < addresses.length; i++) {
            this.addresses[i] = InetAddress.getByName(addresses[i]);
        }
        socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(this::serve, "name-server");
        thread.setDaemon(true);
        thread.start();
    }

    int port() {
        return socket.getLocalPort();
    }

    private void serve() {
        try {
            while (true) {
                DatagramPacket question = new DatagramPacket(new byte[512], 512);
                socket.receive(question);
                byte[] answer = answer(question.getData());
                socket.send(new DatagramPacket(answer, answer.length, question.getSocketAddress()));
            }
        } catch (IOException closed) {
            return;
        }
    }

    /** The question comes back, with an address record for each address: RFC 1035, section 4. */
    private byte[] answer(byte[] question) throws IOException {
        int end = HEADER;
        while (question[end] != 0) {
            end += question[end] + 1;
        }
        end += 5;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.write(question, 0, 2);
        out.writeShort(0x8580);
        out.writeShort(1);
        out.writeShort(addresses.length);
        out.writeInt(0);
        out.write(question, HEADER, end - HEADER);
        for (InetAddress address : addresses) {
            out.writeShort(0xC000 + HEADER);
            out.writeShort(1);
            out.writeShort(1);
            out.writeInt(1);
            out.writeShort(4);
            out.write(address.getAddress());
        }
        return bytes.toByteArray();
    }

    @Override
    public void close() {
        socket.close();
    }
}
