<?php
// An application in PHP: `/admin` and everything on admin.example.com is for administrators.
function answer(string $handler): void
{
    $host = strtolower(rtrim(explode(":", $_SERVER["HTTP_HOST"] ?? "")[0], "."));
    $text = ($host === "admin.example.com" ? "admin" : $handler) . "\n";
    foreach (["Subject", "Organisation", "User", "Signer", "Claims", "Expires"] as $name) {
        $text .= $name . "=" . ($_SERVER["HTTP_X_KLIENTO_" . strtoupper($name)] ?? "") . "\n";
    }
    header("Content-Type: text/plain");
    header("Content-Length: " . strlen($text));
    echo $text;
}
