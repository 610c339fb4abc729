using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DetrPerfLab.Tests;

/// <summary>An HTTP server on the loopback interface that answers each connection as a test scripts it, well or badly.</summary>
sealed class BrokenServer : IDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource _stop = new();
    readonly List<string> _requests = [];
    readonly Task _loop;

    /// <param name="answers">One for each connection; the last one serves all that follow.</param>
    internal BrokenServer(params Func<Connection, Task>[] answers)
    {
        _listener.Start();
        Url = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/detr-r50-e632da11.pth");
        _loop = ServeAsync(answers);
    }

    internal Uri Url { get; }

    /// <summary>The header blocks of the requests so far.</summary>
    internal IReadOnlyList<string> Requests { get { lock (_requests) { return [.. _requests]; } } }

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Stop();
        _loop.Wait();
        _stop.Dispose();
    }

    async Task ServeAsync(Func<Connection, Task>[] answers)
    {
        try
        {
            for (var i = 0; ; i++)
            {
                using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                await using var stream = client.GetStream();
                var request = await ReadHeadersAsync(stream);
                lock (_requests) { _requests.Add(request); }
                await answers[Math.Min(i, answers.Length - 1)](new Connection(stream, request, _stop.Token));
            }
        }
        catch (Exception end) when (_stop.IsCancellationRequested || end is IOException)
        {
            // The test is over (a stopped listener refuses in more than one way), or the client hung up.
        }
    }

    static async Task<string> ReadHeadersAsync(NetworkStream stream)
    {
        var text = new StringBuilder();
        var one = new byte[1];
        while (!text.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(one) == 1) { text.Append((char)one[0]); }
        return text.ToString();
    }

    internal sealed record Connection(NetworkStream Stream, string Request, CancellationToken Stop)
    {
        /// <summary>First byte that the request asks for.</summary>
        internal int RangeStart => Request.Split("bytes=") is [_, var rest] ? int.Parse(rest.Split('-')[0]) : 0;

        internal async Task Send(string headers, ReadOnlyMemory<byte> body)
        {
            await Stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {headers}\r\nConnection: close\r\n\r\n"), Stop);
            await Stream.WriteAsync(body, Stop);
            await Stream.FlushAsync(Stop);
        }

        /// <summary>Keeps the connection open and silent until the test ends or the client hangs up.</summary>
        internal async Task Stall() => _ = await Stream.ReadAsync(new byte[1], Stop);
    }
}
