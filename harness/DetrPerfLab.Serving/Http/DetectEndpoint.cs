using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace DetrPerfLab.Serving;

/// <summary><c>POST /detect</c>: pictures in, detections out, as <c>detrlab detect</c> writes them.</summary>
sealed class DetectEndpoint(ModelServer server)
{
    static readonly TimeSpan s_longestUpload = TimeSpan.FromSeconds(30);

    // Bodies that arrive at once: what slow clients send so far lies in memory.
    readonly SemaphoreSlim _uploads = new(Math.Clamp(2 * server.Options.Queue, 16, 256));

    /// <summary>An image as the body, or several as parts of a form.</summary>
    /// <param name="threshold">Lowest score that is told, 0 to 1.</param>
    /// <param name="deadline">Milliseconds in which an answer is of use; no more than the server's own.</param>
    internal async Task<IResult> HandleAsync(HttpContext context, string? threshold, string? deadline)
    {
        var (clock, metrics, options) = (server.Clock, server.Metrics, server.Options);
        var from = clock.GetTimestamp();
        var (outcome, pictures) = (Outcome.Failed, 1);
        try
        {
            var least = Number("threshold", threshold, options.Threshold, found => found is >= 0 and <= 1, "0 to 1");
            var asked = Number("deadline", deadline, options.Deadline.TotalMilliseconds, found => found is > 0 and <= 1e9, "a number of milliseconds above 0");
            var patience = TimeSpan.FromMilliseconds(Math.Min(asked, options.Deadline.TotalMilliseconds));
            if (server.Admission.Refuses(patience) || !_uploads.Wait(0)) { return Full(); }
            IReadOnlyList<(string Name, byte[] File)> files;
            using var arriving = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
            arriving.CancelAfter(s_longestUpload);
            try { files = await ReadAsync(context.Request, arriving.Token).ConfigureAwait(false); }
            catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
            {
                throw new BadHttpRequestException($"The body did not arrive within {s_longestUpload.TotalSeconds:0} s.", StatusCodes.Status408RequestTimeout);
            }
            finally { _uploads.Release(); }

            from = clock.GetTimestamp(); // the whole request: how fast a client sends is its own affair
            pictures = files.Count;
            if (pictures > server.Admission.Limit) { throw LabError.BadInput($"The form has {pictures} pictures, and this server takes on {server.Admission.Limit} at once (--queue). Send several requests."); }
            if (!server.Admission.TryEnter(pictures, patience)) { return Full(); }
            try
            {
                var answer = await DetectAsync(context, files, (float)least, server.DueIn(patience)).ConfigureAwait(false);
                outcome = Outcome.Answered;
                return answer;
            }
            finally { server.Admission.Leave(pictures); }
        }
        catch (Exception why)
        {
            outcome = OutcomeOf(why, context);
            throw;
        }
        finally { metrics.Finished(outcome, pictures, clock.GetElapsedTime(from)); }

        IResult Full()
        {
            outcome = Outcome.Full;
            return Answers.Full(context, server.Admission);
        }
    }

    async Task<IResult> DetectAsync(HttpContext context, IReadOnlyList<(string Name, byte[] File)> files, float threshold, long due)
    {
        var clock = server.Clock;
        var ids = ImageFiles.Numbers([.. files.Select(f => f.Name)]);
        var model = server.Enter();
        try
        {
            using var together = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
            var answers = files.Select((f, i) => OneAsync(new(f.File, f.Name, ids[i], threshold, due))).ToArray();
            await Task.WhenAll(answers).ConfigureAwait(false);
            var read = clock.GetTimestamp();
            foreach (var answer in answers) { server.Metrics.Stages(answer.Result.Times, clock, read); }
            Answers.Name(context, model.Version);
            context.Response.Headers["Server-Timing"] = Timing(answers[^1].Result.Times, read);
            var lines = string.Join(",\n", answers.SelectMany(a => a.Result.Lines));
            return Results.Bytes(Encoding.UTF8.GetBytes(lines.Length == 0 ? "[]\n" : $"[\n{lines}\n]\n"), "application/json");

            // One that fails fails the request: the others are not computed any more.
            async Task<PictureAnswer> OneAsync(PictureRequest picture)
            {
                try { return await model.DetectAsync(picture, together.Token).ConfigureAwait(false); }
                catch
                {
                    await together.CancelAsync().ConfigureAwait(false);
                    throw;
                }
            }
        }
        finally { model.Leave(); }
    }

    /// <summary>Milliseconds of the last picture, as browsers and proxies show them.</summary>
    string Timing(TicketTimes times, long read)
    {
        double Ms(long from, long to) => server.Clock.GetElapsedTime(from, to).TotalMilliseconds;
        return string.Create(CultureInfo.InvariantCulture,
            $"prepare;dur={Ms(times.PrepareStarted, times.Prepared):F2}, queue;dur={Ms(times.Prepared, times.RunStarted):F2}, inference;dur={Ms(times.RunStarted, times.RunEnded):F2};desc=\"batch of {times.Batch}\", read;dur={Ms(times.RunEnded, read):F2}");
    }

    async Task<IReadOnlyList<(string Name, byte[] File)>> ReadAsync(HttpRequest request, CancellationToken stop)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
        {
            return [("image", await WholeAsync(request.Body, stop).ConfigureAwait(false))];
        }

        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).Value is { Length: > 0 and <= 200 } found ? found : throw LabError.BadInput("The form has no boundary. Send it as multipart/form-data with one.");
        var reader = new MultipartReader(boundary, request.Body);
        var files = new List<(string, byte[])>();
        while (await reader.ReadNextSectionAsync(stop).ConfigureAwait(false) is { } section)
        {
            if (files.Count == server.Options.MaxImages) { throw LabError.BadInput($"The form has more than {server.Options.MaxImages} parts, the most that one request may bring. Send several requests."); }
            var name = ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition) ? Path.GetFileName((disposition.FileNameStar.HasValue ? disposition.FileNameStar : HeaderUtilities.RemoveQuotes(disposition.FileName)).Value) : null;
            files.Add((name is { Length: > 0 } ? name : $"image {files.Count + 1}", await WholeAsync(section.Body, stop).ConfigureAwait(false)));
        }

        return files.Count > 0 ? files : throw LabError.BadInput("The form has no part. Send an image as the body, or as a part of the form.");
    }

    static async Task<byte[]> WholeAsync(Stream body, CancellationToken gone)
    {
        using var whole = new MemoryStream();
        await body.CopyToAsync(whole, gone).ConfigureAwait(false);
        return whole.ToArray();
    }

    static double Number(string parameter, string? text, double otherwise, Func<double, bool> holds, string needed) => text is null ? otherwise
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var found) && holds(found) ? found : throw LabError.OutOfRange($"'{text}'", needed, parameter);

    static Outcome OutcomeOf(Exception why, HttpContext context) => why switch
    {
        _ when context.RequestAborted.IsCancellationRequested => Outcome.Gone,
        TimeoutException => Outcome.Late,
        LabException { ExitCode: ExitCode.BadInput } or BadHttpRequestException or InvalidDataException or IOException => Outcome.Bad,
        _ => Outcome.Failed,
    };
}
