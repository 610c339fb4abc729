using Microsoft.AspNetCore.Http;

namespace DetrPerfLab.Serving;

/// <summary>What all answers have in common: which model gave them, and one line where something is wrong.</summary>
static class Answers
{
    internal static IResult Error(int status, string message) => Results.Json(new { Error = message }, LabJson.Options, statusCode: status);

    internal static IResult Json(object value) => Results.Json(value, LabJson.Options);

    /// <summary>503: come again when what is inside now is answered.</summary>
    internal static IResult Full(HttpContext context, Admission admission)
    {
        var (inside, seconds) = (admission.Inside, Math.Clamp((int)Math.Ceiling(admission.Wait.TotalSeconds), 1, 60));
        context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return Error(StatusCodes.Status503ServiceUnavailable, inside >= admission.Limit
            ? $"The server has as many pictures as it takes on: {inside}. Come again in {seconds} s."
            : $"The answer would come too late: the server has {inside} pictures before this request, for about {seconds} s. Come again then, or allow a longer deadline.");
    }

    /// <summary>Names the model in the answer's headers.</summary>
    internal static void Name(HttpContext context, ModelVersion version)
    {
        context.Response.Headers["X-Model-Name"] = Uri.EscapeDataString(version.Name);
        context.Response.Headers["X-Model-Sha256"] = version.Sha256;
    }

    /// <summary>Whatever went wrong, as a status and a line; nothing of our types, and no path of the machine beyond what the caller named.</summary>
    internal static async Task GuardAsync(HttpContext context, Func<Task> next, Action<string> say)
    {
        try { await next().ConfigureAwait(false); }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            context.Abort(); // nobody listens
        }
        catch (Exception why) when (!context.Response.HasStarted)
        {
            var (status, message) = why switch
            {
                BadHttpRequestException bad => (bad.StatusCode, bad.StatusCode == StatusCodes.Status413PayloadTooLarge ? "The body is larger than this server takes (--max-body)." : bad.Message),
                LabException { ExitCode: ExitCode.BadInput } mistake => (StatusCodes.Status400BadRequest, mistake.Message),
                InvalidDataException or IOException => (StatusCodes.Status400BadRequest, "The body ends early, or is no form of parts."),
                TimeoutException => (StatusCodes.Status504GatewayTimeout, "The deadline passed before the answer was there."),
                LabException fault => (StatusCodes.Status500InternalServerError, fault.Message),
                _ => (StatusCodes.Status500InternalServerError, "Something that was not foreseen; the server's log tells more."),
            };
            if (status >= 500 && why is not TimeoutException) { say(why is LabException ? why.Message : why.ToString()); }
            context.Response.Clear();
            await Error(status, message).ExecuteAsync(context).ConfigureAwait(false);
        }
    }
}
