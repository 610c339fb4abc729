using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;

namespace DetrPerfLab.Serving;

/// <summary>What requests are sent to. Safe for many at once.</summary>
public interface ILoadTarget : IDisposable
{
    /// <summary>In words.</summary>
    string Name { get; }

    /// <summary>One picture, until its answer is there.</summary>
    Task<SendResult> SendAsync(ReadOnlyMemory<byte> picture, CancellationToken stop);

    /// <summary>What the server says of itself; null where it does not.</summary>
    Task<ServingStats?> StatsAsync(CancellationToken stop);
}

/// <summary>What became of a request.</summary>
public enum SendResult
{
    Answered,
    Full, // 503: told to come again
    Late, // 504: the deadline passed
    Failed,
}

/// <summary>A server on the network: this lab's, or any that takes an image by POST.</summary>
public sealed class HttpTarget : ILoadTarget
{
    readonly HttpClient _client;
    readonly Uri _detect, _stats;

    /// <param name="url">Of the server, or of the very path that takes images.</param>
    public HttpTarget(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https")) { throw LabError.OutOfRange(url, "an address such as http://127.0.0.1:8080", "target"); }
        _detect = uri.AbsolutePath is "/" ? new(uri, "/detect") : uri;
        _stats = new(uri, "/stats");
        _client = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(10) }) { Timeout = Timeout.InfiniteTimeSpan };
    }

    public string Name => _detect.ToString();

    public async Task<SendResult> SendAsync(ReadOnlyMemory<byte> picture, CancellationToken stop)
    {
        using var content = new ReadOnlyMemoryContent(picture);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        try
        {
            using var answer = await _client.PostAsync(_detect, content, stop).ConfigureAwait(false);
            await answer.Content.ReadAsByteArrayAsync(stop).ConfigureAwait(false);
            return answer.StatusCode switch
            {
                HttpStatusCode.OK => SendResult.Answered,
                HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests => SendResult.Full,
                HttpStatusCode.GatewayTimeout => SendResult.Late,
                _ => SendResult.Failed,
            };
        }
        catch (HttpRequestException) { return SendResult.Failed; }
    }

    public async Task<ServingStats?> StatsAsync(CancellationToken stop)
    {
        try { return await _client.GetFromJsonAsync<ServingStats>(_stats, LabJson.Options, stop).ConfigureAwait(false); }
        catch (Exception e) when (e is HttpRequestException or System.Text.Json.JsonException) { return null; } // another server
    }

    public void Dispose() => _client.Dispose();
}

/// <summary>The server's queue and batches without HTTP, in this process: what the network adds is seen beside.</summary>
public sealed class InProcessTarget(ModelServer server) : ILoadTarget
{
    public string Name => "in-process";

    public async Task<SendResult> SendAsync(ReadOnlyMemory<byte> picture, CancellationToken stop)
    {
        if (!server.Admission.TryEnter(1, server.Options.Deadline)) { return SendResult.Full; }
        try
        {
            var model = server.Enter();
            try
            {
                await model.DetectAsync(new(picture, "image", 1, server.Options.Threshold, server.DueIn(server.Options.Deadline)), stop).ConfigureAwait(false);
                return SendResult.Answered;
            }
            finally { model.Leave(); }
        }
        catch (TimeoutException) { return SendResult.Late; }
        catch (LabException) { return SendResult.Failed; }
        finally { server.Admission.Leave(1); }
    }

    public Task<ServingStats?> StatsAsync(CancellationToken stop) => Task.FromResult<ServingStats?>(server.Metrics.Read());

    public void Dispose()
    {
    }
}
