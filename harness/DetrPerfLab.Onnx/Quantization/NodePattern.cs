using System.Text.RegularExpressions;

namespace DetrPerfLab.Onnx;

/// <summary>Regular expressions over node names, from options and plan files.</summary>
static class NodePattern
{
    /// <summary>Ignores case; runs in linear time, since a pattern may come from a stranger's file.</summary>
    /// <exception cref="LabException">Not a regular expression, or one that needs backtracking.</exception>
    internal static Regex Parse(string pattern, string where)
    {
        try
        {
            return new Regex(pattern, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw LabError.BadInput(
                $"Pattern '{pattern}' in the {where} cannot be used: {e.Message.TrimEnd('.')}. Needed: a regular expression without backreferences or lookaround.", e);
        }
    }
}
